"""The dashboard: what needs attention, and totals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.admin.access import Access, access_of
from accounts.models import ApiKey
from telephony.admin.concerns import (
    Concern,
    away,
    idle_queues,
    lint_concerns,
    looked,
    troubled,
    troubles,
    unanswered_numbers,
    used_projects,
)
from telephony.admin.counting import bounded_each, own, words
from telephony.admin.health import counts_of
from telephony.models import Agent, PhoneNumber, SipEndpoint, Trunk
from telephony.selectors import callable_numbers, unanswered
from telephony.trunk_states import COLORS, TrunkState, suspects, verified_health, with_health


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


def dashboard(request: HttpRequest, context: dict[str, Any], more: Mapping[str, QuerySet[Any]]) -> dict[str, Any]:
    """Add the dashboard to the context of the index, and the counts of `more` rows as `counts`."""
    access = access_of(request)
    board = Dashboard(sandbox=settings.LIVEKIT_IS_SANDBOX)
    trunks, endpoints = own(Trunk.objects.all(), access), own(SipEndpoint.objects.all(), access)
    orphans = unanswered(callable_numbers(own(PhoneNumber.objects.all(), access)))
    counts = bounded_each({**_counted(access), "trunks": trunks, "endpoints": endpoints, "silent": orphans, **more})
    projects = used_projects(access)
    bad_trunks = troubles(suspects(trunks), "carrier_state") if counts["trunks"] else {}
    bad_endpoints = troubles(endpoints, "status") if counts["endpoints"] else {}
    board.concerns += idle_queues(access) + away(access, projects)
    board.concerns += lint_concerns(access, projects)
    board.looked = looked(projects)
    board.concerns += troubled(with_health(Trunk.objects.defer("auth_password")), bad_trunks, access)
    board.concerns += troubled(SipEndpoint.objects.defer("sip_password"), bad_endpoints, access)
    if counts["silent"]:
        board.concerns.append(unanswered_numbers(orphans, counts["silent"]))
    board.tiles = tiles(counts, bad_trunks)
    if counts["endpoints"]:  # most have none
        tile = status_tile(_("SIP endpoints"), "telephony_sipendpoint", counts["endpoints"], bad_endpoints)
        board.tiles.insert(1, tile)
    board.tiles.append(health_tile(request))
    return {**context, "board": board, "counts": counts, "title": _("Home")}


def _counted(access: Access) -> dict[str, QuerySet[Any]]:
    """Return what the tiles count, besides trunks and SIP endpoints."""
    return {
        "verified": own(verified_health(), access, "trunk__workspace"),
        "numbers": own(PhoneNumber.objects.all(), access),
        "agents": own(Agent.objects.filter(active=True), access),
        "keys": own(ApiKey.objects.filter(revoked_at=None), access),
    }


def environment(request: HttpRequest) -> list[str] | None:
    """Label every page of a sandbox installation (called by unfold)."""
    return [_("Sandbox"), "info"] if settings.LIVEKIT_IS_SANDBOX else None


def tiles(counts: dict[str, int], bad_trunks: dict[str, list[UUID]]) -> list[Tile]:
    """Return the tiles with totals, and how many trunks are in service."""
    silent = counts["silent"]
    return [
        status_tile(
            _("Trunks"),
            "telephony_trunk",
            counts["trunks"],
            bad_trunks,
            _("%(count)s verified") % {"count": words(counts["verified"])},
        ),
        Tile(
            _("Numbers"),
            words(counts["numbers"]),
            _("%(count)s without an agent") % {"count": words(silent)} if silent else "",
            _list("telephony_phonenumber"),
            "warning" if silent else "",
        ),
        Tile(_("Active agents"), words(counts["agents"]), "", _list("telephony_agent")),
        Tile(_("API keys"), words(counts["keys"]), "", _list("accounts_apikey")),
    ]


def health_tile(request: HttpRequest) -> Tile:
    """Count the findings of the last health checks."""
    counts = counts_of(request)
    color = "danger" if counts.errors else "warning" if counts.total else "success" if counts.checked else ""
    return Tile(_("Health findings"), str(counts.total), counts.state, reverse("health"), color)


def status_tile(title: str, page: str, total: int, bad: dict[str, list[UUID]], well: str = "") -> Tile:
    """Count synced rows and how many are not in service."""
    if not total:
        return Tile(title, "0", _("none yet"), _list(page))
    if not bad:
        return Tile(title, words(total), well or _("all in service"), _list(page), "success")
    state = ", ".join(f"{words(len(ids))} {str(TrunkState(state).label).lower()}" for state, ids in bad.items())
    return Tile(title, words(total), state, _list(page), COLORS[TrunkState(next(iter(bad)))])


def _list(name: str) -> str:
    return reverse(f"admin:{name}_changelist")
