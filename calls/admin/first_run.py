"""The checklist from an empty workspace to a call heard. Each step is done by what is there, not by a click."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.admin.access import access_of
from accounts.choices import Role
from accounts.models import User, WebhookEndpoint, Workspace
from calls.models import Call
from telephony.admin.counting import own
from telephony.models import Agent, PhoneNumber, Trunk

NEVER = datetime(2000, 1, 1, tzinfo=UTC)
LOOKED_AT = 1_000  # newest calls, of which one must have been answered


@dataclass(frozen=True)
class Step:
    """One setup step."""

    title: str
    words: str
    link: str
    done: bool


def rows(request: HttpRequest) -> dict[str, QuerySet[Any]]:
    """Return the rows that show which steps are done, for those who may take them; none if the list is dismissed."""
    access = access_of(request)
    if not access.may(Role.ADMIN) or cast(User, request.user).hides_first_run:
        return {}
    newest = own(Call.objects.all(), access).order_by("-created_at", "-id").values("pk")[:LOOKED_AT]
    found: dict[str, QuerySet[Any]] = {
        "setup_trunk": own(Trunk.objects.all(), access),
        "setup_agent": own(Agent.objects.all(), access),
        "setup_key": own(Agent.objects.filter(Q(provider_key__isnull=False) | Q(stored_key__isnull=False)), access),
        "setup_number": own(PhoneNumber.objects.exclude(agent=None), access),
        "setup_call": _answered(newest),
        "setup_webhook": own(WebhookEndpoint.objects.all(), access),
    }
    return {**found, "setup_workspace": Workspace.objects.all()} if access.superuser else found


def _answered(newest: QuerySet[Any]) -> QuerySet[Call]:
    # Not `answered_at IS NOT NULL`: where few calls are answered, PostgreSQL would look at all calls for one.
    answered = Call.objects.annotate(since=Coalesce("answered_at", Value(NEVER)))
    return answered.filter(pk__in=newest, since__gt=NEVER)


def steps(counts: Mapping[str, int]) -> list[Step]:
    """Return the steps, until all are done, by the counts of `rows`."""
    there = {name.removeprefix("setup_"): count > 0 for name, count in counts.items() if name.startswith("setup_")}
    found = [
        Step(
            _("Add a trunk"),
            _("Enter your carrier's gateway and credentials."),
            _add("telephony_trunk"),
            there["trunk"],
        ),
        Step(
            _("Add an agent"),
            _("Set the system prompt, the voice and the AI provider."),
            _add("telephony_agent"),
            there["agent"],
        ),
        _key_step(done=there["key"]),
        Step(
            _("Add a number"),
            _("Choose its trunk and the agent that answers."),
            _add("telephony_phonenumber"),
            there["number"],
        ),
        Step(_("Make a test call"), _("Call your own phone, and hear the agent."), _add("calls_call"), there["call"]),
        Step(
            _("Add a webhook"),
            _("Your systems learn of each call."),
            _add("accounts_webhookendpoint"),
            there["webhook"],
        ),
    ]
    if "workspace" in there:
        words = _("Trunks, agents and calls belong to one.")
        found.insert(0, Step(_("Create a workspace"), words, _add("accounts_workspace"), there["workspace"]))
    return [] if all(step.done for step in found) else found


def _key_step(*, done: bool) -> Step:
    words = _("The agent's page takes the key of its AI provider.")
    if settings.LIVEKIT_IS_SANDBOX:
        words = _("The sandbox needs none: its phones hear no voice.")
    link = reverse("admin:telephony_agent_changelist")
    return Step(_("Enter a provider key"), words, link, done or settings.LIVEKIT_IS_SANDBOX)


def _add(name: str) -> str:
    return reverse(f"admin:{name}_add")


@require_POST
def dismiss(request: HttpRequest) -> HttpResponseRedirect:
    """Hide the checklist from the person's home page."""
    if not access_of(request).may(Role.VIEWER):
        raise PermissionDenied
    person = cast(User, request.user)
    User.objects.filter(pk=person.pk).update(hides_first_run=True)
    return HttpResponseRedirect(reverse("admin:index"))
