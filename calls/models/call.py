"""A call, outbound or inbound."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKey, User, Workspace
from calls.choices import LIVE, AgentState, CallStatus, Direction, ListedBy, Reason
from calls.validators import validate_metadata
from telephony.models import Agent, LiveKitProject, PhoneNumber, Trunk
from voxa.core.choice_fields import ChoiceField
from voxa.core.number_fields import NumberField


class Call(models.Model):
    """One call. States: `CallStatus`.

    `due_at` is when a queued call may be claimed next; `lease_token` and `leased_until` are the claim of the
    dispatcher that dials it, and `fence` rises with each claim so that a late writer is rejected.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="calls", db_index=False)
    project = models.ForeignKey(LiveKitProject, on_delete=models.PROTECT, related_name="calls")
    direction = ChoiceField(max_length=8, choices=Direction.choices)
    status = ChoiceField(max_length=11, choices=CallStatus.choices, default=CallStatus.QUEUED)
    reason = ChoiceField(max_length=32, choices=Reason.choices, blank=True)
    to_number = NumberField("to", max_length=80)
    from_number = NumberField("from", max_length=80, blank=True)
    # The number as entered or received, if it was not E.164. For display only; nothing is looked up by it.
    to_typed = models.CharField(max_length=80, blank=True, editable=False)
    from_typed = models.CharField(max_length=80, blank=True, editable=False)
    number = models.ForeignKey(
        PhoneNumber, null=True, blank=True, on_delete=models.SET_NULL, related_name="calls", db_index=False
    )
    trunk = models.ForeignKey(
        Trunk, null=True, blank=True, on_delete=models.SET_NULL, related_name="calls", db_index=False
    )
    trunk_chosen = models.BooleanField(default=False, editable=False)  # by the client, not by caller ID
    agent = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="calls", db_index=False
    )
    max_duration_seconds = models.PositiveIntegerField(
        default=3600, validators=[MinValueValidator(10), MaxValueValidator(14_400)]
    )
    metadata = models.JSONField(default=dict, blank=True, validators=[validate_metadata])
    variables = models.JSONField(default=dict, blank=True)
    agent_revision = models.PositiveIntegerField(null=True, blank=True, editable=False)  # that the worker was told
    pinned_revision = models.PositiveIntegerField(null=True, blank=True, editable=False)  # by the number called
    agent_overrides = models.JSONField(default=dict, blank=True, editable=False)  # by the names of the agent's fields

    room_name = models.CharField(max_length=128, blank=True)
    # The carrier's Call-ID, reported by LiveKit for an answered or inbound call; and LiveKit's own ID.
    sip_call_id = models.CharField("SIP Call-ID", max_length=255, blank=True)
    livekit_call_id = models.CharField("LiveKit call ID", max_length=64, blank=True)
    sip_status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    attempts_made = models.PositiveSmallIntegerField(default=0, editable=False)
    retries = models.PositiveSmallIntegerField(default=0, editable=False)  # that count against the most attempts
    taken_back = models.PositiveIntegerField(default=0, editable=False)  # attempts that LiveKit did not accept
    scheduled_at = models.DateTimeField(null=True, blank=True)
    not_after = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    # With a spend limit: what the call may cost so far, and whether its agent knows that the call ends at the limit.
    spend_reserved = models.DecimalField(max_digits=16, decimal_places=6, null=True, editable=False)
    third_party_since = models.DateTimeField(null=True, editable=False)  # of a warm transfer
    spend_warned = models.BooleanField(default=False, editable=False)
    agent_state = ChoiceField(max_length=6, choices=AgentState.choices, blank=True, editable=False)
    agent_state_at = models.DateTimeField(null=True, editable=False)
    had_agent = models.BooleanField(default=False, editable=False)  # an agent joined, whether or not it left
    phone_rejoined_at = models.DateTimeField(null=True, editable=False)  # under a new ID, last
    end_requested = ChoiceField(max_length=32, choices=Reason.choices, blank=True, editable=False)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    fence = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name, verbose_name_plural = _("call"), _("calls")
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="call_list"),
            models.Index(fields=["-created_at", "-id"], name="call_newest"),
            models.Index(fields=["workspace", "status", "-created_at", "-id"], name="call_list_status"),
            models.Index(fields=["workspace", "direction", "-created_at", "-id"], name="call_list_direction"),
            models.Index(fields=["workspace", "to_number", "-created_at", "-id"], name="call_to"),
            models.Index(fields=["workspace", "from_number", "-created_at", "-id"], name="call_from"),
            models.Index(fields=["trunk", "-created_at", "-id"], name="call_list_trunk"),
            models.Index(fields=["agent", "-created_at", "-id"], name="call_list_agent"),
            models.Index(fields=["number", "-created_at", "-id"], name="call_list_number"),
            models.Index(
                fields=["workspace", "duration_seconds"],
                condition=models.Q(duration_seconds__isnull=False),
                name="call_duration",
            ),
            models.Index(
                fields=["reason", "-created_at", "-id"], condition=~models.Q(reason=""), name="call_list_reason"
            ),
            models.Index(
                fields=["sip_status_code", "-created_at", "-id"],
                condition=models.Q(sip_status_code__isnull=False),
                name="call_list_sip_code",
            ),
            models.Index(fields=["room_name"], name="call_room"),
            models.Index(fields=["sip_call_id"], condition=~models.Q(sip_call_id=""), name="call_sip_call_id"),
            models.Index(
                fields=["livekit_call_id"], condition=~models.Q(livekit_call_id=""), name="call_livekit_call_id"
            ),
            models.Index(
                fields=["workspace", "answered_at"],
                condition=models.Q(direction="outbound", answered_at__isnull=False),
                name="call_spend",
            ),
            models.Index(
                fields=["workspace", "third_party_since"],
                condition=models.Q(third_party_since__isnull=False),
                name="call_third_party",
            ),
            models.Index(
                fields=["workspace"],
                condition=models.Q(status="in_progress", spend_reserved__isnull=False),
                name="call_under_spend_limit",
            ),
            models.Index(fields=["due_at"], condition=models.Q(status="queued"), name="call_due"),
            models.Index(
                fields=["not_after"],
                condition=models.Q(status="queued", not_after__isnull=False),
                name="call_lapses",
            ),
            models.Index(
                fields=["trunk", "leased_until"], condition=models.Q(status__in=sorted(LIVE)), name="call_live"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=CallStatus.values), name="call_status"),
            models.CheckConstraint(condition=models.Q(direction__in=Direction.values), name="call_direction"),
        ]

    def __str__(self) -> str:
        return f"{self.from_number or 'unknown'} to {self.to_number}"

    @property
    def own_number(self) -> str:
        """Return the workspace's number: the caller ID, or the number called."""
        return self.from_number if self.direction == Direction.OUTBOUND else self.to_number

    @property
    def number_country(self) -> str:
        """Return the country used to parse national number formats."""
        return str(self.workspace.country)


class DoNotCall(models.Model):
    """A number that a workspace never calls, with its origin (a person or an API key) and a note."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="do_not_call", db_index=False)
    number = NumberField(max_length=16)
    note = models.CharField(max_length=200, blank=True)
    listed_by = ChoiceField(max_length=6, choices=ListedBy.choices, blank=True, editable=False)
    added_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    added_with = models.ForeignKey(ApiKey, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name, verbose_name_plural = _("do-not-call entry"), _("do-not-call entries")
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="do_not_call_list"),
            models.Index(fields=["-created_at", "-id"], name="do_not_call_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "number"],
                name="do_not_call_once",
                violation_error_message="This number is already on the list.",
            ),
            models.CheckConstraint(condition=models.Q(listed_by__in=ListedBy.values), name="do_not_call_listed_by"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number_country(self) -> str:
        """Return the country used to parse national number formats."""
        return str(self.workspace.country)

    @property
    def who(self) -> str:
        """Return the person or the API key that added the number; empty when unknown."""
        return str(self.added_by.email if self.added_by else self.added_with.name if self.added_with else "")
