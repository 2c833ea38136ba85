"""The status panel of a trunk: its state, its carrier's facts, and what to enter at the carrier."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from accounts.admin.scoping import ScopedAdmin
from accounts.choices import Role
from telephony.addresses import parse_ip
from telephony.admin.number_import import may_import
from telephony.carriers.presets import CARRIERS
from telephony.choices import TrunkStatus
from telephony.models import TelephonySettings, Trunk
from telephony.services.gateway_checks import simulated
from telephony.status_text import health_of, status_text_of
from telephony.sync.dns import Answer, look_up
from telephony.trunk_states import TrunkState, with_state

UNTROUBLED = (TrunkState.SYNCED, TrunkState.VERIFIED)
SYNC_COLORS = {TrunkStatus.ACTIVE: "success", TrunkStatus.PENDING: "warning", TrunkStatus.FAILED: "danger"}


class StateFilter(DropdownFilter):
    """Filters by the state of the trunk."""

    title = _("status")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in TrunkState.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Trunk]) -> QuerySet[Trunk]:
        value = self.value()
        return with_state(queryset).filter(carrier_state=value) if value in TrunkState.values else queryset


def status_panel(request: HttpRequest, trunk: Trunk, page: ScopedAdmin) -> dict[str, Any]:
    """Return the context of the panel."""
    project, health = TelephonySettings.of(trunk.workspace_id).project, health_of(trunk)
    return {
        "original": trunk,
        "status_text": status_text_of(trunk, project),
        "project": project,
        "health": health,
        "simulated": simulated(project),
        "polls": health.is_checking or (trunk.status == TrunkStatus.PENDING and not trunk.last_error),
        "test_call": f"{reverse('admin:calls_call_add')}?{urlencode(_test_call(trunk))}",
        "may_import": may_import(request, trunk),
        "carrier_name": CARRIERS[trunk.carrier].name if trunk.carrier in CARRIERS else "",
        "may_provision": page.may(request, Role.OPERATOR, trunk),
    }


def _test_call(trunk: Trunk) -> dict[str, Any]:
    """Return what the form of a call begins with: the trunk's first number and its agent."""
    number = trunk.numbers.order_by("number").first()
    asked = {"workspace": trunk.workspace_id, "trunk": trunk.pk}
    if number is None:
        return asked
    return asked | {"number": number.pk} | ({"agent": number.agent_id} if number.agent_id else {})


def addresses_to_allow(domain: str) -> Answer:
    """Return the addresses of LiveKit's SIP service, within 2 s."""
    return Answer((domain,)) if parse_ip(domain) else look_up(domain)
