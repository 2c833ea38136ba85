"""The dashboard: what needs attention, and totals."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.admin.access import Access, access_of
from accounts.models import ApiKey
from telephony.admin.concerns import (
    Concern,
    away,
    idle_queues,
    lint_concerns,
    looked,
    troubled,
    unanswered_numbers,
    used_projects,
)
from telephony.admin.counting import bounded, own, words
from telephony.admin.health import counts_of
from telephony.choices import TrunkStatus
from telephony.models import Agent, LiveKitProject, PhoneNumber, SipEndpoint, Trunk
from telephony.selectors import callable_numbers, unanswered
from telephony.trunk_states import COLORS, TROUBLED, TrunkState, with_health


@dataclass(frozen=True)
class Tile:
    """A count, with the page behind it."""

    title: str
    count: str
    note: str
    link: str
    color: str = ""


@dataclass
class Dashboard:
    """The context of the template."""

    concerns: list[Concern] = field(default_factory=list)
    more: str = ""
    tiles: list[Tile] = field(default_factory=list)
    sandbox: bool = False
    figures: str = ""  # address of the fragment, for workspaces with calls
    looked: str = ""  # when LiveKit was last checked, even if nothing was found


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the dashboard to the context of the index (called by unfold)."""
    access = access_of(request)
    board = Dashboard(sandbox=settings.LIVEKIT_IS_SANDBOX)
    trunks, endpoints = own(with_health(Trunk.objects.all()), access), own(SipEndpoint.objects.all(), access)
    counts, of_endpoints = counted(trunks, "carrier_state", TrunkState), counted(endpoints, "status", TrunkStatus)
    orphans = unanswered(callable_numbers(own(PhoneNumber.objects.all(), access)))
    silent = bounded(orphans)
    default = LiveKitProject.default()
    projects = used_projects(access)
    board.concerns += idle_queues(access) + away(access, projects)
    board.concerns += lint_concerns(access, projects)
    board.looked = looked(projects)
    board.concerns += troubled(trunks.defer("auth_password"), default, access)
    board.concerns += troubled(endpoints.defer("sip_password"), default, access)
    if silent:
        board.concerns.append(unanswered_numbers(orphans, silent))
    board.tiles = tiles(access, counts, silent)
    if of_endpoints["all"]:  # most have none
        board.tiles.insert(1, status_tile("SIP endpoints", "telephony_sipendpoint", of_endpoints))
    board.tiles.append(health_tile(request))
    return {**context, "board": board, "title": "Home"}


def environment(request: HttpRequest) -> list[str] | None:
    """Label every page of a sandbox installation (called by unfold)."""
    return ["Sandbox", "info"] if settings.LIVEKIT_IS_SANDBOX else None


def counted(rows: QuerySet[Any], by: str, states: Iterable[str]) -> dict[str, int]:
    """Count the rows in total and by state."""
    found = dict(rows.order_by().values_list(by).annotate(count=Count("pk")))
    return {"all": sum(found.values()), **{str(state): found.get(state, 0) for state in states}}


def tiles(access: Access, counts: dict[str, int], silent: int) -> list[Tile]:
    """Return the tiles with totals, and how many trunks are in service."""
    numbers, agents = own(PhoneNumber.objects.all(), access), own(Agent.objects.filter(active=True), access)
    keys = own(ApiKey.objects.filter(revoked_at=None), access)
    return [
        status_tile("Trunks", "telephony_trunk", counts),
        Tile(
            "Numbers",
            words(bounded(numbers)),
            f"{words(silent)} without an agent" if silent else "",
            _list("telephony_phonenumber"),
            "warning" if silent else "",
        ),
        Tile("Active agents", words(bounded(agents)), "", _list("telephony_agent")),
        Tile("API keys", words(bounded(keys)), "", _list("accounts_apikey")),
    ]


def health_tile(request: HttpRequest) -> Tile:
    """Count the findings of the last health checks."""
    counts = counts_of(request)
    color = "danger" if counts.errors else "warning" if counts.total else "success" if counts.checked else ""
    return Tile("Health findings", str(counts.total), counts.state, reverse("health"), color)


def status_tile(title: str, page: str, counts: dict[str, int]) -> Tile:
    """Count synced rows and how many are not in service."""
    if not counts["all"]:
        return Tile(title, "0", "none yet", _list(page))
    troubled = {state: counts[state] for state in TROUBLED if counts.get(state)}
    if not troubled:
        verified = counts.get(TrunkState.VERIFIED)
        state = f"{verified} verified" if verified is not None else "all in service"
        return Tile(title, f"{counts['all']:,}", state, _list(page), "success")
    worst = next(iter(troubled))
    state = ", ".join(f"{count:,} {state.label.lower()}" for state, count in troubled.items())
    return Tile(title, f"{counts['all']:,}", state, _list(page), COLORS[worst])


def _list(name: str) -> str:
    return reverse(f"admin:{name}_changelist")
