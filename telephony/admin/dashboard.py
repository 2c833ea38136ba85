"""The dashboard: what needs attention, totals, and the next setup steps."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst

from accounts.admin.access import Access, access_of
from accounts.admin.times import when
from accounts.choices import Role
from accounts.models import ApiKey, Workspace
from telephony.admin.health import counts_of
from telephony.choices import TrunkStatus
from telephony.models import Agent, LiveKitProject, PhoneNumber, SipEndpoint, Trunk
from telephony.selectors import callable_numbers, projects_of, unanswered
from telephony.services.queues import missed, unseen_queues
from telephony.status_text import standing_of
from telephony.sync.linting import ASK_OPERATOR, concerning, for_tenant, kept

SHOWN = 6  # rows of a list on this page
COUNTED = 1_000


@dataclass(frozen=True)
class Concern:
    """An item that needs attention: title, reason and link."""

    colour: str
    label: str
    title: str
    reason: str
    link: str
    action: str


@dataclass(frozen=True)
class Tile:
    """A count, with the page behind it."""

    title: str
    count: str
    note: str
    link: str
    colour: str = ""


@dataclass(frozen=True)
class Step:
    """One setup step."""

    title: str
    words: str
    link: str
    done: bool


@dataclass
class Dashboard:
    """The context of the template."""

    concerns: list[Concern] = field(default_factory=list)
    more: str = ""
    tiles: list[Tile] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    sandbox: bool = False
    looked: str = ""  # when LiveKit was last checked, even if nothing was found


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the dashboard to the context of the index (called by unfold)."""
    access = access_of(request)
    board = Dashboard(sandbox=settings.LIVEKIT_IS_SANDBOX)
    trunks, endpoints = own(Trunk.objects.all(), access), own(SipEndpoint.objects.all(), access)
    counts, of_endpoints = counted(trunks), counted(endpoints)
    orphans = unanswered(callable_numbers(own(PhoneNumber.objects.all(), access)))
    silent = bounded(orphans)
    default = LiveKitProject.default()
    projects = used_projects(access)
    board.concerns += idle_queues(access) + away(access, projects)
    board.concerns += harmed(access, projects)
    board.looked = looked(projects)
    board.concerns += troubled(trunks.defer("auth_password"), default, access)
    board.concerns += troubled(endpoints.defer("sip_password"), default, access)
    if silent:
        board.concerns.append(unanswered_numbers(orphans, silent))
    board.tiles = tiles(access, counts, silent)
    if of_endpoints["all"]:  # most have none
        board.tiles.insert(1, standing_tile("SIP endpoints", "telephony_sipendpoint", of_endpoints))
    board.tiles.append(health_tile(request))
    board.steps = steps(access, counts)
    return {**context, "board": board, "title": "Home"}


def environment(request: HttpRequest) -> list[str] | None:
    """Label every page of a sandbox installation (called by unfold)."""
    return ["Sandbox", "info"] if settings.LIVEKIT_IS_SANDBOX else None


def own(rows: QuerySet[Any], access: Access, path: str = "workspace") -> QuerySet[Any]:
    """Limit the rows to the user's workspaces."""
    return rows if access.superuser else rows.filter(**{f"{path}__in": access.workspaces(Role.VIEWER)})


def counted(rows: QuerySet[Any]) -> dict[str, int]:
    """Count the rows in total and by state."""
    return rows.aggregate(all=Count("pk"), **{state: Count("pk", filter=Q(status=state)) for state in TrunkStatus})


def bounded(rows: QuerySet[Any]) -> int:
    """Count up to `COUNTED` rows."""
    return rows.order_by()[:COUNTED].count()


def words(count: int) -> str:
    """Format a bounded count."""
    return f"{count:,}" if count < COUNTED else f"{COUNTED:,} or more"


def idle_queues(access: Access) -> list[Concern]:
    """Report queues without a worker, to superusers only."""
    if not access.superuser:
        return []
    told = [missed(name, since) for name, since in unseen_queues().items()]
    return [Concern("danger", "Workers", what, remedy, "", "") for what, remedy in told]


def used_projects(access: Access) -> list[LiveKitProject]:
    """Return the first 50 LiveKit projects of the user's workspaces."""
    used = LiveKitProject.objects.all() if access.superuser else projects_of(access.workspaces(Role.VIEWER))
    return list(used.defer("api_secret")[:50])


def away(access: Access, projects: list[LiveKitProject]) -> list[Concern]:
    """Report LiveKit projects that are not configured or did not answer the last request."""
    concerns = []
    for project in projects:
        page = reverse("admin:telephony_livekitproject_change", args=[project.pk])
        link = page if access.may(Role.ADMIN) else ""
        if project.is_default and not project.url:
            reason = "Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET and restart Voxa. Trunks stay pending."
            concerns.append(Concern("warning", "LiveKit", f"{project} is not configured", reason, link, "Configure"))
        elif not project.was_reachable:
            concerns.append(
                Concern("danger", "LiveKit", f"{project} is unreachable", project.last_error, link, "Test connection")
            )
        elif project.takes_no_calls:
            title = "has no SIP service available" if project.sip_error else "recently refused calls"
            reason = f"{project.takes_no_calls} Outbound calls stay queued until it accepts calls again."
            concerns.append(Concern("danger", "LiveKit", f"{project} {title}", reason, link, "Test connection"))
    return concerns


def harmed(access: Access, projects: list[LiveKitProject]) -> list[Concern]:
    """Report the last LiveKit findings: all of them to superusers, to others those that affect their own numbers."""
    mine = access.workspaces(Role.VIEWER)
    concerns = []
    for project in projects:
        if not project.lint:
            continue
        harms = kept(project) if access.superuser else concerning(kept(project), mine)
        page = reverse("admin:telephony_livekitproject_change", args=[project.pk])
        for harm in harms[:SHOWN]:
            told, remedy = (harm.what, harm.remedy) if access.superuser else (for_tenant(harm), ASK_OPERATOR)
            label, colour = ("LiveKit", "danger" if harm.grave else "warning")
            seen = f"Checked {when(project.linted_at)}."
            link = page if access.may(Role.ADMIN) else ""
            concerns.append(Concern(colour, label, told, f"{remedy} {seen}", link, "Open"))
        if len(harms) > SHOWN:
            title = f"{len(harms) - SHOWN} more findings in {project}"
            reason = "Run manage.py check_telephony to see all of them." if access.superuser else ASK_OPERATOR
            concerns.append(Concern("warning", "LiveKit", title, reason, "", ""))
    return concerns


def looked(projects: list[LiveKitProject]) -> str:
    """Return when LiveKit's trunks and rules were last checked: the oldest check of several projects."""
    seen = [project.linted_at for project in projects if project.linted_at]
    if not seen:
        return "LiveKit trunks and dispatch rules have not been checked yet."
    never = "" if len(seen) == len(projects) else " Other projects have not been checked yet."
    return f"LiveKit trunks and dispatch rules were last checked {when(min(seen))}.{never}"


def troubled(rows: QuerySet[Any], default: LiveKitProject, access: Access) -> list[Concern]:
    """Report failed, then pending trunks or SIP endpoints, with a remedy for users who may apply it."""
    rows = rows.exclude(status=TrunkStatus.ACTIVE).order_by("status", "-updated_at")
    concerns = []
    for row in rows.select_related("workspace__telephony_settings__project")[:SHOWN]:
        settings_row = getattr(row.workspace, "telephony_settings", None)
        project = settings_row.project if settings_row else default
        standing = standing_of(row, project)
        link = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        remedy = standing.remedy if access.may(Role.OPERATOR, row.workspace_id) else ""
        reason = f"{standing.reason} {remedy}".strip() if standing.reason else standing.headline
        label = TrunkStatus(row.status).label
        title = f"{capfirst(row._meta.verbose_name)} {row.name}"
        concerns.append(Concern(standing.colour, label, title, reason, link, "Open"))
    return concerns


def unanswered_numbers(orphans: QuerySet[PhoneNumber], count: int) -> Concern:
    """Report numbers without an agent."""
    some = ", ".join(orphans.order_by("-created_at").values_list("number", flat=True)[:3])
    title = "1 number has no agent" if count == 1 else f"{words(count)} numbers have no agent"
    link = reverse("admin:telephony_phonenumber_changelist") + "?answered=no"
    reason = f"Calls to {some} are not answered. Assign an agent, or activate a default agent for inbound calls."
    return Concern("warning", "Numbers", title, reason, link, "Assign agents")


def tiles(access: Access, counts: dict[str, int], silent: int) -> list[Tile]:
    """Return the tiles with totals, and how many trunks are in service."""
    numbers, agents = own(PhoneNumber.objects.all(), access), own(Agent.objects.filter(active=True), access)
    keys = own(ApiKey.objects.filter(revoked_at=None), access)
    return [
        standing_tile("Trunks", "telephony_trunk", counts),
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
    colour = "danger" if counts.errors else "warning" if counts.total else "success" if counts.checked else ""
    return Tile("Health findings", str(counts.total), counts.state, reverse("health"), colour)


def standing_tile(title: str, page: str, counts: dict[str, int]) -> Tile:
    """Count synced rows and how many are not in service."""
    if not counts["all"]:
        return Tile(title, "0", "none yet", _list(page))
    failed, pending = counts[TrunkStatus.FAILED], counts[TrunkStatus.PENDING]
    state = f"{failed} failed" if failed else f"{pending} pending" if pending else "all in service"
    return Tile(
        title, str(counts["all"]), state, _list(page), "danger" if failed else "warning" if pending else "success"
    )


def steps(access: Access, counts: dict[str, int]) -> list[Step]:
    """Return the setup steps until all of them are done."""
    if not access.may(Role.ADMIN):
        return []
    agent = own(Agent.objects.all(), access).exists()
    answered = own(PhoneNumber.objects.exclude(agent=None), access).exists()
    key = own(ApiKey.objects.all(), access).exists()
    found = [
        Step(
            "Add an agent",
            "Set the system prompt, the voice and the AI provider.",
            reverse("admin:telephony_agent_add"),
            agent,
        ),
        Step(
            "Add a trunk",
            "Enter your carrier's gateway and credentials.",
            reverse("admin:telephony_trunk_add"),
            bool(counts["all"]),
        ),
        Step(
            "Add a number",
            "Add it to the trunk and assign the agent that answers.",
            _list("telephony_trunk"),
            answered,
        ),
        Step(
            "Create an API key",
            "An API key gives a program access to one workspace.",
            reverse("admin:accounts_apikey_add"),
            key,
        ),
    ]
    if access.superuser:
        first = Step(
            "Create a workspace", "Trunks, agents and calls belong to one.", reverse("admin:accounts_workspace_add"),
            Workspace.objects.exists(),
        )  # fmt: skip
        found.insert(0, first)
    return [] if all(step.done for step in found) else found


def _list(name: str) -> str:
    return reverse(f"admin:{name}_changelist")
