"""Each LiveKit project: does it answer and take our key, and does it hold what our rows say."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial
from itertools import groupby
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from telephony.choices import TrunkStatus
from telephony.doctor.projects import projects, title
from telephony.livekit_client import (
    LiveKitClient,
    LiveKitError,
    LiveKitUnauthorized,
    LiveKitWithoutSip,
    client_for,
    trunks,
)
from telephony.livekit_client.clock import clock_ahead
from telephony.models import LiveKitProject, SipEndpoint, TelephonySettings, Trunk
from telephony.services import sip_service
from telephony.standing import setup_remedy
from telephony.sync import findings as sync
from telephony.sync.kinds import KINDS
from telephony.sync.lint import Harm
from telephony.sync.reconcile import Report, reconcile
from voxa.doctor.findings import MOST, Finding, Severity, names, some
from voxa.doctor.registry import Scope
from voxa.doctor.side_by_side import side_by_side

LIMIT = 25.0  # seconds for all projects, within the check's own
APART, FAR_APART = timedelta(seconds=5), timedelta(seconds=30)  # LiveKit takes no token from beyond a minute
HURTS = (sync.Cause.MISSING, sync.Cause.VANISHED, sync.Cause.DIFFERS)


def look(scope: Scope) -> Iterator[Finding]:
    """Ask the projects side by side."""
    found = projects(scope)
    if len(found) == 1:
        yield from _project(scope, found[0])
        return
    answers = dict(side_by_side([partial(_project, scope, project) for project in found], LIMIT))
    for place, project in enumerate(found):
        yield from answers.get(place) or ([] if place in answers else [_away(project, "It takes too long to answer.")])


def _project(scope: Scope, project: LiveKitProject) -> list[Finding]:
    """Report the first thing that is wrong with a project; what comes after it cannot be checked."""
    if not project.is_configured:
        return [_unconfigured(project)] if _has_rows(scope, project) else []
    if not scope.network:
        return list(_without_sip(project, None)) if project.was_reachable else [_away(project, project.last_error)]
    client = client_for(project)
    try:
        client.run(trunks.list_inbound(["ST_nothing"]))
        found = [*_clock(project), *_without_sip(project, sip_service.check(project))]
        return [*found, *_shared_trunk(scope, project, client), *_differences(scope, project)]
    except LiveKitUnauthorized as error:
        return [*_clock(project), _refused(project, error)]
    except LiveKitError as error:
        return [_away(project, str(error))]


def _page(project: LiveKitProject) -> str:
    return reverse("admin:telephony_livekitproject_change", args=[project.pk])


def _has_rows(scope: Scope, project: LiveKitProject) -> bool:
    chosen = Q(workspace__telephony_settings__project=project)
    if project.is_default:
        chosen |= Q(workspace__telephony_settings=None)
    return any(scope.own(model._default_manager.filter(chosen)).exists() for model in (Trunk, SipEndpoint))


def _unconfigured(project: LiveKitProject) -> Finding:
    what = f"{title(project)} is not set up: trunks, SIP endpoints and calls wait."
    return Finding("livekit.unconfigured", what, setup_remedy(project), page=_page(project))


def _away(project: LiveKitProject, why: str) -> Finding:
    return Finding(
        "livekit.away",
        f"{title(project)} ({project.url}) does not answer: {why}",
        "Check that LiveKit runs, its URL, and that this host reaches it. Trunks and calls catch up by themselves.",
        page=_page(project),
    )


def _without_sip(project: LiveKitProject, error: LiveKitError | None) -> Iterator[Finding]:
    """Report that nobody places calls there: asked just now, or by a dial that was refused within the last minute."""
    if isinstance(error, LiveKitWithoutSip):
        why = str(error)
    else:
        project.refresh_from_db(fields=["sip_error", "sip_failed_at"])
        why = project.takes_no_calls
    if why:
        yield Finding(
            "livekit.no_sip",
            f"{title(project)} has no SIP service that takes calls. {why}",
            "Check that livekit-sip runs beside LiveKit, uses the same Redis, and is neither draining nor above its "
            "CPU limit. Calls wait, and are dialled when it takes them.",
            page=_page(project),
        )


def _refused(project: LiveKitProject, error: LiveKitUnauthorized) -> Finding:
    where = "LIVEKIT_API_KEY and LIVEKIT_API_SECRET" if project.is_default else "the project's key and secret"
    return Finding(
        "livekit.credentials",
        f"{title(project)} ({project.url}) answers, but refuses us: {error}",
        f"Make {where} those of LiveKit's configuration (keys:), and restart Voxa where they are in the environment.",
        page=_page(project),
    )


def _clock(project: LiveKitProject) -> Iterator[Finding]:
    ahead = clock_ahead(project.url or "")
    if ahead is None or abs(ahead) < APART:
        return
    way = "ahead of" if ahead > timedelta() else "behind"
    yield Finding(
        "livekit.clock",
        f"This host's clock is {abs(ahead).total_seconds():.0f} s {way} that of {title(project)}. From a minute "
        "on each refuses the other's tokens.",
        "Keep the clocks of all hosts together by NTP.",
        Severity.ERROR if abs(ahead) >= FAR_APART else Severity.WARNING,
        _page(project),
    )


def _harms(project: LiveKitProject, report: Report) -> Iterator[Finding]:
    """Report what stands in LiveKit and defeats ours: open trunks and rules, taken numbers."""
    for code, group in groupby(sorted(report.harms, key=_code), key=_code):
        harms = list(group)
        yield from some(
            harms[:MOST],
            lambda harm: Finding(_code(harm), f"{harm.what} It stands in {title(project)}.", harm.remedy,
                                 Severity.ERROR if harm.grave else Severity.WARNING, _page(project)),
            len(harms),
            Finding(code, "So it is with {more} more objects.", "All of them: manage.py reconcile_livekit --dry-run.",
                    page=_page(project)),
        )  # fmt: skip


def _code(harm: Harm) -> str:
    return {"trunk.takes_number": "livekit.number_taken"}.get(harm.code, f"livekit.{harm.code.replace('.', '_')}")


def _shared_trunk(scope: Scope, project: LiveKitProject, client: LiveKitClient) -> Iterator[Finding]:
    shared: str = settings.LIVEKIT_SIP_OUTBOUND_TRUNK_ID
    if not shared or not project.is_default or client.run(trunks.list_outbound([shared])):
        return
    used = scope.own(TelephonySettings.objects.filter(project=project, allow_shared_trunk=True)).exists()
    yield Finding(
        "livekit.shared_trunk",
        f"{title(project)} has no outbound trunk {shared}, which LIVEKIT_SIP_OUTBOUND_TRUNK_ID names.",
        "Set it to the id of one that exists, or leave it empty.",
        Severity.ERROR if used else Severity.WARNING,
        _page(project),
    )


def _differences(scope: Scope, project: LiveKitProject) -> Iterator[Finding]:
    """Report what a reconcile would do, and what none mends; rows not in service are told of with the trunks."""
    report = reconcile(project, workspace=scope.workspace, dry_run=True)
    if report.error:
        yield _away(project, report.error)
        return
    yield from _harms(project, report)
    by_row: dict[UUID, list[sync.Finding]] = {}
    for found in report.findings:
        if found.row_id is not None:
            by_row.setdefault(found.row_id, []).append(found)
    left = [found for found in report.findings if found.row_id is None]
    if left:
        yield Finding(
            "livekit.left_over",
            f"{len(left)} objects of deleted rows stand in {title(project)} still: {names(_said(left), len(left))}.",
            "They are removed by themselves within ten minutes; now: manage.py reconcile_livekit.",
            Severity.WARNING,
            _page(project),
        )
    yield from _rows(by_row)


def _rows(by_row: dict[UUID, list[sync.Finding]]) -> Iterator[Finding]:
    told = 0
    for kind in KINDS:
        rows = kind.rows().filter(pk__in=by_row, status=TrunkStatus.ACTIVE).select_related("workspace")
        for row in rows.only("name", "workspace__slug"):
            told += 1
            if told > MOST:
                continue
            wrong = by_row[row.pk]
            noun = str(row._meta.verbose_name)
            yield Finding(
                "livekit.differs",
                f"LiveKit does not hold {noun} {row.name} as Voxa says: {names(_said(wrong), len(wrong))}.",
                f"It is mended by itself within ten minutes; now: manage.py reconcile_livekit --workspace "
                f"{row.workspace.slug}. Does it come back? Then something else writes there.",
                Severity.ERROR if any(found.cause in HURTS for found in wrong) else Severity.WARNING,
                reverse(f"admin:telephony_{row._meta.model_name}_change", args=[row.pk]),
                row.workspace.slug,
            )
    if told > MOST:
        what = f"LiveKit does not hold {told - MOST:,} more trunks and SIP endpoints as Voxa says."
        yield Finding("livekit.differs", what, "See them all: manage.py reconcile_livekit --dry-run.")


def _said(found: Iterable[sync.Finding]) -> list[str]:
    return [f"{one.kind.label.lower()} {one.livekit_id}".rstrip() + f" is {one.cause}" for one in found]
