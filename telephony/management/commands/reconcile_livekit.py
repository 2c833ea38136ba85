"""Compare LiveKit with the rows, print the plan and carry it out; exit 1 if something stays wrong."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from accounts.models import Workspace
from telephony.management.output import print_table
from telephony.models import LiveKitProject, TelephonySettings
from telephony.sync.lease import LEASE
from telephony.sync.reconcile import Report, reconcile

PAUSE = 2.0  # seconds between looks at what another process holds


class Command(BaseCommand):
    help = "Compare LiveKit with what should exist, print the plan and carry it out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", help="only this workspace; orphans are left alone")
        parser.add_argument("--dry-run", action="store_true", help="only print the plan")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = self._workspace(options["workspace"])
        LiveKitProject.default()
        in_use = LiveKitProject.objects.filter(Q(workspaces__isnull=False) | Q(objects_owned__isnull=False)).distinct()
        projects = [TelephonySettings.of(workspace.pk).project] if workspace else list(in_use)
        well = True
        for project in projects:
            self.stderr.write(f"{project} ({project.url or 'not configured'})")
            report = self._reconcile(project, workspace, options["dry_run"])
            well = well and report.is_clean
        if not well:
            raise CommandError("LiveKit is not as it should be yet.", returncode=1)

    def _reconcile(self, project: LiveKitProject, workspace: Workspace | None, dry_run: bool) -> Report:
        """Reconcile, and again until nobody else holds a part of it: a worker that was killed does for a minute."""
        report = reconcile(project, workspace=workspace, dry_run=dry_run)
        self._print(report)
        if report.busy:
            self.stderr.write("A part of it is held by another process: waiting for it, a minute at most.")
            deadline = time.monotonic() + LEASE.total_seconds() + PAUSE
            while report.busy and time.monotonic() < deadline:
                time.sleep(PAUSE)
                report = reconcile(project, workspace=workspace)
            self._print(report)
        return report

    def _workspace(self, slug: str | None) -> Workspace | None:
        if slug is None:
            return None
        workspace = Workspace.objects.filter(slug=slug).first()
        if workspace is None:
            raise CommandError(f"There is no workspace “{slug}”.")
        return workspace

    def _print(self, report: Report) -> None:
        if report.findings:
            print_table(
                self.stdout,
                ("ACTION", "OBJECT", "LIVEKIT ID", "OF", "BECAUSE"),
                [
                    (f.cause.action, f.kind.label.lower(), f.livekit_id or "-", f.row_name or "-", f"it is {f.cause}")
                    for f in report.findings
                ],
            )
        for outcome in sorted(set(report.outcomes.values())):
            self.stderr.write(f"{list(report.outcomes.values()).count(outcome)} trunks and endpoints {outcome}")
        if report.deleted:
            self.stderr.write(f"{report.deleted} objects deleted")
        if report.harms:
            print_table(
                self.stdout,
                ("HARM", "LIVEKIT ID", "WHAT", "REMEDY"),
                [(harm.code, harm.livekit_id, harm.what, harm.remedy) for harm in report.harms],
            )
            self.stderr.write(f"{len(report.harms)} findings that no reconcile mends: a person must act in LiveKit.")
        if report.error:
            self.stderr.write(report.error)
        elif not report.findings and not report.harms:
            self.stderr.write("Everything is as it should be.")
