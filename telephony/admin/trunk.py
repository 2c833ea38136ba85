"""Admin of trunks: gateways, credentials, numbers and provisioning status."""

from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import construct_change_message, unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.filters import OwnRowsFilter
from accounts.admin.scoping import ScopedAdmin
from accounts.admin.workspace_first import WorkspaceFirst
from accounts.choices import Role
from telephony.admin.outcome import LABELS, tell
from telephony.admin.refusal import errors_in
from telephony.admin.replacing import ReplacingDeletion
from telephony.admin.secrets import without_clearing
from telephony.admin.trunk_buttons import TrunkButtons
from telephony.admin.trunk_form import GatewayInline, NumberFormSet, NumberInline, TrunkForm
from telephony.admin.trunk_saving import save_trunk
from telephony.admin.trunk_status import SYNC_COLORS, UNTROUBLED, StateFilter, status_panel
from telephony.carriers.presets import CARRIERS
from telephony.choices import TrunkStatus
from telephony.models import Gateway, PhoneNumber, Trunk
from telephony.status_text import carrier_status_text
from telephony.trunk_states import state_of, with_health

SHOWN_RUNS = 10


@admin.register(Trunk)
class TrunkAdmin(WorkspaceFirst, TrunkButtons, ReplacingDeletion, ScopedAdmin):
    """Save through the services. The response waits briefly for LiveKit and reports the result."""

    empty = _("A trunk connects a carrier: gateways, credentials and phone numbers.")
    add_words = _("Add trunk")
    form = TrunkForm
    inlines = [GatewayInline, NumberInline]
    list_display = ["name", "state", "reason", "carrier_name", "first_gateway", "number_count", "workspace"]
    list_filter = [StateFilter, ("workspace", OwnRowsFilter)]
    search_fields = ["name", "gateways__ip_or_domain", "=livekit_objects__livekit_id", "=livekit_aliases__livekit_id"]
    search_help_text = _("Name, gateway, or LiveKit ID (ST_…)")
    autocomplete_fields = ["workspace"]
    actions: ClassVar[list[str]] = [
        "provision_selected",
        "check_selected",
        "pause_selected",
        "resume_selected",
        "delete_selected",
    ]
    change_form_outer_before_template = "admin/telephony/trunk/status.html"
    change_form_outer_after_template = "admin/telephony/trunk/livekit.html"
    history_also = [("gateways", "gateway"), ("numbers", "number")]
    fieldsets = [
        (None, {"fields": ["workspace", ("name", "carrier")]}),
        (
            _("Outbound authentication"),
            {
                "description": _("Leave both empty if the carrier authenticates by IP."),
                "fields": [("auth_username", "auth_password"), "clear_auth_password"],
            },
        ),
        (
            _("Outbound calls"),
            {
                "classes": ["collapse"],
                "fields": [
                    ("tech_prefix", "leading_plus"),
                    ("ringing_timeout_seconds", "country"),
                    "for_transfers",
                    ("calls_per_second", "max_concurrent_calls"),
                ],
            },
        ),
        (
            _("Caller identity"),
            {
                "classes": ["collapse"],
                "description": _("Contents of the From header, if the carrier requires more than the caller ID."),
                "fields": [("from_user", "from_host"), "display_name"],
            },
        ),
        (_("Inbound calls"), {"classes": ["collapse"], "fields": ["called_number_format"]}),
        (
            _("SIP headers"),
            {
                "classes": ["collapse"],
                "fields": ["headers", "transfer_headers", "headers_to_attributes", "attributes_to_headers"],
            },
        ),
        (_("Media"), {"classes": ["collapse"], "fields": ["codecs", "media_encryption"]}),
    ]

    def limit(self, rows: QuerySet[Any], access: Any) -> QuerySet[Any]:
        limited: QuerySet[Any] = super().limit(rows, access)
        return limited.defer("auth_password")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        first = Gateway.objects.filter(trunk=OuterRef("pk")).order_by("priority", "created_at", "id")
        numbers = PhoneNumber.objects.filter(trunk=OuterRef("pk")).order_by().values("trunk")
        rows: QuerySet[Any] = super().get_queryset(request)
        annotated: QuerySet[Any] = (
            with_health(rows)
            .select_related("workspace")
            .annotate(
                gateway_host=Subquery(first.values("ip_or_domain")[:1]),
                numbers_held=Coalesce(Subquery(numbers.annotate(held=Count("pk")).values("held")), 0),
            )
        )
        return annotated

    # --- what a list shows --------------------------------------------------------------------------------

    @display(description=_("Status"), ordering="carrier_state", label=LABELS)
    def state(self, trunk: Trunk) -> str:
        return str(state_of(trunk).label)

    @display(description=_("Why"))
    def reason(self, trunk: Trunk) -> str:
        words = trunk.last_error or ", ".join(trunk.warnings)
        if trunk.status == TrunkStatus.ACTIVE and not (state_of(trunk) in UNTROUBLED and words):
            words = carrier_status_text(trunk).headline
        if trunk.paused_at is not None:
            words = f"{gettext('Outbound calls are paused.')} {words}".strip()
        return words if len(words) <= 80 else f"{words[:79]}…"

    @display(description=_("Carrier"), ordering="carrier")
    def carrier_name(self, trunk: Trunk) -> str:
        return CARRIERS[trunk.carrier].name if trunk.carrier in CARRIERS else ""

    @display(description=_("First gateway"))
    def first_gateway(self, trunk: Any) -> str:
        return trunk.gateway_host or ""

    @display(description=_("Numbers"), ordering="numbers_held")
    def number_count(self, trunk: Any) -> int:
        return int(trunk.numbers_held)

    # --- the page -----------------------------------------------------------------------------------------

    @display(description=_("Password"))
    def password_state(self, trunk: Trunk) -> str:
        return gettext("Stored") if trunk.has_password else gettext("None")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        return ["workspace"] if self.has_change_permission(request, obj) else ["workspace", "password_state"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Omit the password from read-only pages."""
        shown = without_clearing(super().get_fieldsets(request, obj), stored=bool(obj and obj.has_password))
        if obj is None or self.has_change_permission(request, obj):
            return shown
        reading = (shown[1][0], {"fields": [("auth_username", "password_state")]})
        return [shown[0], reading, *shown[2:]]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        # Saving returns to this page, so one save button is enough.
        one_button = {"show_save_and_continue": False, "show_save_and_add_another": False}
        context = {**(extra_context or {}), **one_button, **self._panels(request, object_id)}
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        saved = getattr(request, "_voxa_saved", None)
        if saved is not None:
            tell(request, [saved])
        return answer

    def _panels(self, request: HttpRequest, object_id: str | None) -> dict[str, Any]:
        if object_id is None or request.method != "GET":
            return {}
        trunk = self.get_object(request, unquote(object_id))
        if trunk is None:
            return {}
        return {
            **status_panel(request, trunk, self),
            "sync_runs": [(run, SYNC_COLORS[TrunkStatus(run.outcome)]) for run in trunk.sync_runs.all()[:SHOWN_RUNS]],
            "in_livekit": trunk.livekit_objects.order_by("kind", "created_at"),
            "may_see_project": self.may(request, Role.ADMIN, trunk),
        }

    # --- saving -------------------------------------------------------------------------------------------

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        """Keep the valid form for the last check, which saves the page."""
        request._voxa_form = form  # type: ignore[attr-defined]
        return super().save_form(request, form, change)

    def _create_formsets(self, request: HttpRequest, obj: Any, change: bool) -> Any:
        formsets, inlines = super()._create_formsets(request, obj, change)
        for formset in formsets:
            if isinstance(formset, NumberFormSet):
                formset.save_page = partial(self._save_page, request, formsets)
        return formsets, inlines

    def _save_page(self, request: HttpRequest, formsets: Any) -> None:
        """Save a valid trunk with its gateways and numbers. Raise `ValidationError` if a service refuses them."""
        form, (gateways, rows) = getattr(request, "_voxa_form", None), formsets
        if form is not None and gateways.is_valid():
            with errors_in(form):
                request._voxa_saved = save_trunk(form, gateways, rows)  # type: ignore[attr-defined]
                transaction.set_rollback(any(rows.errors))
            if form.errors or any(rows.errors):
                raise ValidationError(gettext("Nothing was saved."))

    def save_model(self, request: HttpRequest, obj: Trunk, form: Any, change: bool) -> None:
        """Take over the saved row: the last check of the page has saved it."""
        obj.__dict__.update(request._voxa_saved.__dict__)  # type: ignore[attr-defined]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Do nothing: gateways and numbers are saved with the trunk."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return construct_change_message(form, [], add)

    def message_user(self, request: HttpRequest, message: Any, level: Any = messages.INFO, **kwargs: Any) -> None:
        """Drop Django's success message after a save: ours reports the result in LiveKit."""
        if level != messages.SUCCESS or not hasattr(request, "_voxa_saved"):
            super().message_user(request, message, level, **kwargs)

    def response_post_save_add(self, request: HttpRequest, obj: Trunk) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:telephony_trunk_change", args=[obj.pk]))

    response_post_save_change = response_post_save_add
