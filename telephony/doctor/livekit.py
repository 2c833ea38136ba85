"""Checks of each LiveKit project: connection, credentials and drift."""

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
from telephony.livekit import LiveKitClient, LiveKitError, LiveKitUnauthorized, LiveKitWithoutSip, client_for, trunks
from telephony.livekit.clock import clock_ahead
from telephony.models import LiveKitProject, SipEndpoint, TelephonySettings, Trunk
from telephony.services import sip_service
from telephony.status_text import setup_remedy
from telephony.sync import findings as sync
from telephony.sync.kinds import KINDS
from telephony.sync.lint import LintFinding
from telephony.sync.reconcile import Report, reconcile
from voxa.core.doctor.findings import MOST, Finding, Severity, names, some
from voxa.core.doctor.registry import Scope
from voxa.core.doctor.side_by_side import side_by_side

LIMIT = 25.0  # seconds for all projects, within the check's own
APART, FAR_APART = (
    timedelta(seconds=5),
    timedelta(seconds=30),
)  # LiveKit rejects tokens that are off by more than a minute
HURTS = (sync.Cause.MISSING, sync.Cause.VANISHED, sync.Cause.DIFFERS)


def look(scope: Scope) -> Iterator[Finding]:
    """Check the projects in parallel."""
    found = projects(scope)
    if len(found) == 1:
        yield from _project(scope, found[0])
        return
    answers = dict(side_by_side([partial(_project, scope, project) for project in found], LIMIT))
    for place, project in enumerate(found):
        yield from answers.get(place) or ([] if place in answers else [_away(project, "The request timed out.")])


def _project(scope: Scope, project: LiveKitProject) -> list[Finding]:
    """Report the first problem of a project; later checks depend on earlier ones."""
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
    what = f"{title(project)} is not configured: trunks and SIP endpoints stay pending, calls stay queued."
    return Finding("livekit.unconfigured", what, setup_remedy(project), page=_page(project))


def _away(project: LiveKitProject, why: str) -> Finding:
    return Finding(
        "livekit.away",
        f"{title(project)} ({project.url}) does not respond: {why}",
        "Check the URL, and that LiveKit runs and this host can reach it. Trunks and calls recover automatically.",
        page=_page(project),
    )


def _without_sip(project: LiveKitProject, error: LiveKitError | None) -> Iterator[Finding]:
    """Report a missing SIP service: as asked now, or from a dial that was refused within the last minute."""
    if isinstance(error, LiveKitWithoutSip):
        why = str(error)
    else:
        project.refresh_from_db(fields=["sip_error", "sip_failed_at"])
        why = project.takes_no_calls
    if why:
        yield Finding(
            "livekit.no_sip",
            f"{title(project)} has no SIP service available. {why}",
            "Check that livekit-sip runs, uses the same Redis as LiveKit, and is neither draining nor above its "
            "CPU limit. Calls stay queued until it accepts them.",
            page=_page(project),
        )


def _refused(project: LiveKitProject, error: LiveKitUnauthorized) -> Finding:
    where = "LIVEKIT_API_KEY and LIVEKIT_API_SECRET" if project.is_default else "the project's key and secret"
    return Finding(
        "livekit.credentials",
        f"{title(project)} ({project.url}) responds, but rejects our credentials: {error}",
        f"Set {where} to a pair from LiveKit's configuration (keys:). Restart Voxa if you set environment variables.",
        page=_page(project),
    )


def _clock(project: LiveKitProject) -> Iterator[Finding]:
    ahead = clock_ahead(project.url or "")
    if ahead is None or abs(ahead) < APART:
        return
    way = "ahead of" if ahead > timedelta() else "behind"
    yield Finding(
        "livekit.clock",
        f"This host's clock is {abs(ahead).total_seconds():.0f} s {way} that of {title(project)}. With a difference of "
        "a minute or more, each rejects the other's tokens.",
        "Synchronize the clocks of all hosts with NTP.",
        Severity.ERROR if abs(ahead) >= FAR_APART else Severity.WARNING,
        _page(project),
    )


def _lint_findings(project: LiveKitProject, report: Report) -> Iterator[Finding]:
    """Report foreign LiveKit objects that override ours: open trunks and rules, taken numbers."""
    for code, group in groupby(sorted(report.lint_findings, key=_code), key=_code):
        lint_findings = list(group)
        yield from some(
            lint_findings[:MOST],
            lambda one: Finding(_code(one), f"{one.what} It is in {title(project)}.", one.remedy,
                                 Severity.ERROR if one.grave else Severity.WARNING, _page(project)),
            len(lint_findings),
            Finding(code, "{more} more objects have the same problem.", "See manage.py reconcile_livekit --dry-run.",
                    page=_page(project)),
        )  # fmt: skip


def _code(lint_finding: LintFinding) -> str:
    return {"trunk.takes_number": "livekit.number_taken"}.get(
        lint_finding.code, f"livekit.{lint_finding.code.replace('.', '_')}"
    )


def _shared_trunk(scope: Scope, project: LiveKitProject, client: LiveKitClient) -> Iterator[Finding]:
    shared: str = settings.LIVEKIT_SIP_OUTBOUND_TRUNK_ID
    if not shared or not project.is_default or client.run(trunks.list_outbound([shared])):
        return
    used = scope.own(TelephonySettings.objects.filter(project=project, allow_shared_trunk=True)).exists()
    yield Finding(
        "livekit.shared_trunk",
        f"{title(project)} has no outbound trunk {shared}, the value of LIVEKIT_SIP_OUTBOUND_TRUNK_ID.",
        "Set it to the id of an existing trunk, or leave it empty.",
        Severity.ERROR if used else Severity.WARNING,
        _page(project),
    )


def _differences(scope: Scope, project: LiveKitProject) -> Iterator[Finding]:
    """Report drift. Rows that are not in service are reported with the trunks."""
    report = reconcile(project, workspace=scope.workspace, dry_run=True)
    if report.error:
        yield _away(project, report.error)
        return
    yield from _lint_findings(project, report)
    by_row: dict[UUID, list[sync.Finding]] = {}
    for found in report.findings:
        if found.row_id is not None:
            by_row.setdefault(found.row_id, []).append(found)
    left = [found for found in report.findings if found.row_id is None]
    if left:
        yield Finding(
            "livekit.left_over",
            f"{title(project)} still has {len(left)} objects of deleted rows: {names(_said(left), len(left))}.",
            "They are removed within ten minutes. Run manage.py reconcile_livekit to remove them now.",
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
                f"LiveKit is out of sync with {noun} {row.name}: {names(_said(wrong), len(wrong))}.",
                f"It is repaired within ten minutes. To repair it now, run manage.py reconcile_livekit --workspace "
                f"{row.workspace.slug}. If it recurs, another program changes these objects.",
                Severity.ERROR if any(found.cause in HURTS for found in wrong) else Severity.WARNING,
                reverse(f"admin:telephony_{row._meta.model_name}_change", args=[row.pk]),
                row.workspace.slug,
            )
    if told > MOST:
        what = f"{told - MOST:,} more trunks and SIP endpoints are out of sync in LiveKit."
        yield Finding("livekit.differs", what, "To list them: manage.py reconcile_livekit --dry-run.")


def _said(found: Iterable[sync.Finding]) -> list[str]:
    return [f"{one.kind.label.lower()} {one.livekit_id}".rstrip() + f" is {one.cause}" for one in found]
