"""Check the installation and report problems with remedies; exit 1 if one affects calls."""

import json
import logging
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import autodiscover_modules

from accounts.models import Workspace
from telephony.management.output import console, progress
from voxa.core.doctor.findings import Severity
from voxa.core.doctor.registry import Group, Scope, checks
from voxa.core.doctor.report import Report
from voxa.core.doctor.run import examine


class Command(BaseCommand):
    help = "Check the installation and report problems with remedies. Exit 1 if one affects calls."
    requires_system_checks: list[str] = []  # reported with the other findings

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", help="only this workspace, and shared services")
        parser.add_argument(
            "--only",
            metavar="GROUP",
            action="append",
            choices=[group.value for group in Group],
            help=f"{', '.join(Group)}; repeatable",
        )
        parser.add_argument("--no-network", action="store_true", help="check only the database")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="output format")
        parser.add_argument(
            "--fail-on", choices=["error", "warning"], default="error", help="severity for exit status 1 (%(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        autodiscover_modules("doctor")
        chosen, network = checks(options["only"] or Group), not options["no_network"]
        logging.disable(logging.WARNING if options["verbosity"] < 2 else logging.NOTSET)  # the findings say it better
        try:
            with progress(self.stderr, "Looking", len({*chosen, *checks([Group.DATABASE])})) as advance:
                groups = examine(
                    chosen,
                    lambda: Scope(self._workspace(options["workspace"]), network),
                    network=network,
                    on_done=lambda check: advance(),
                )
        finally:
            logging.disable(logging.NOTSET)
        report = Report(groups, options["workspace"] or "")
        if options["format"] == "json":
            self.stdout.write(json.dumps(report.as_data(), indent=2, ensure_ascii=False))
        else:
            report.print_on(console(self.stdout))
        if report.count(Severity.ERROR) or (options["fail_on"] == "warning" and report.count(Severity.WARNING)):
            sys.exit(1)

    def _workspace(self, slug: str | None) -> Workspace | None:
        if slug is None:
            return None
        workspace = Workspace.objects.filter(slug=slug).first()
        if workspace is None:
            raise CommandError(f"Workspace “{slug}” does not exist.", returncode=2)
        return workspace
