"""Compare LiveKit with the database, print a plan and carry it out; exit 1 if drift remains."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from accounts.models import Workspace
from telephony.management.output import print_table
from telephony.models import LiveKitProject, TelephonySettings
from telephony.sync.lease import LEASE
from telephony.sync.reconcile import Report, reconcile

PAUSE = 2.0  # seconds between checks of a lease held by another process


class Command(BaseCommand):
    help = "Compare LiveKit with the database, print a plan and carry it out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", help="only this workspace; orphans are not removed")
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
            raise CommandError("LiveKit is still out of sync.", returncode=1)

    def _reconcile(self, project: LiveKitProject, workspace: Workspace | None, dry_run: bool) -> Report:
        """Reconcile, and repeat while another process holds a lease: that of a killed worker lasts a minute."""
        report = reconcile(project, workspace=workspace, dry_run=dry_run)
        self._print(report)
        if report.busy:
            self.stderr.write("Another process holds a lease. Waiting up to a minute.")
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
            raise CommandError(f"Workspace “{slug}” does not exist.")
        return workspace

    def _print(self, report: Report) -> None:
        if report.findings:
            print_table(
                self.stdout,
                ("ACTION", "OBJECT", "LIVEKIT ID", "OF", "REASON"),
                [
                    (f.cause.action, f.kind.label.lower(), f.livekit_id or "-", f.row_name or "-", f"{f.cause}")
                    for f in report.findings
                ],
            )
        for outcome in sorted(set(report.outcomes.values())):
            self.stderr.write(f"{list(report.outcomes.values()).count(outcome)} trunks and endpoints {outcome}")
        if report.deleted:
            self.stderr.write(f"{report.deleted} objects deleted")
        if report.lint_findings:
            print_table(
                self.stdout,
                ("FINDING", "LIVEKIT ID", "WHAT", "REMEDY"),
                [
                    (lint_finding.code, lint_finding.livekit_id, lint_finding.what, lint_finding.remedy)
                    for lint_finding in report.lint_findings
                ],
            )
            self.stderr.write(f"{len(report.lint_findings)} findings need manual changes in LiveKit.")
        if report.error:
            self.stderr.write(report.error)
        elif not report.findings and not report.lint_findings:
            self.stderr.write("Everything is in sync.")
