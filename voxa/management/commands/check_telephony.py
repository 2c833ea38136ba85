"""Check the installation and report problems with remedies; exit 1 if one affects calls."""

import json
import logging
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import autodiscover_modules

from accounts.models import Workspace
from telephony.management.output import console, progress
from voxa.core.doctor.database import UNUSABLE
from voxa.core.doctor.findings import Severity
from voxa.core.doctor.registry import Check, Group, Scope, checks
from voxa.core.doctor.report import Report
from voxa.core.doctor.run import Examined, ask, grouped


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
        chosen = checks(options["only"] or Group)
        logging.disable(logging.WARNING if options["verbosity"] < 2 else logging.NOTSET)  # the findings say it better
        try:
            groups = self._examine(chosen, options["workspace"], network=not options["no_network"])
        finally:
            logging.disable(logging.NOTSET)
        report = Report(groups, options["workspace"] or "")
        if options["format"] == "json":
            self.stdout.write(json.dumps(report.as_data(), indent=2, ensure_ascii=False))
        else:
            report.print_on(console(self.stdout))
        if report.count(Severity.ERROR) or (options["fail_on"] == "warning" and report.count(Severity.WARNING)):
            sys.exit(1)

    def _examine(self, chosen: list[Check], slug: str | None, *, network: bool) -> list[Examined]:
        """Run the checks without a database first; if the database works, run the others."""
        first = [check for check in chosen if not check.needs_database and check.group is not Group.DATABASE]
        first += checks([Group.DATABASE])
        rest = [check for check in chosen if check.needs_database]
        with progress(self.stderr, "Looking", len(first) + len(rest)) as advance:
            findings = ask(first, Scope(network=network), lambda check: advance())
            usable = not UNUSABLE & {finding.code for finding in findings}
            if usable:
                findings += ask(rest, Scope(self._workspace(slug), network), lambda check: advance())
        groups = grouped([*first, *rest], findings, network=network, database=usable)
        named = {check.group for check in chosen}
        return [one for one in groups if one.group in named or one.status == "error"]

    def _workspace(self, slug: str | None) -> Workspace | None:
        if slug is None:
            return None
        workspace = Workspace.objects.filter(slug=slug).first()
        if workspace is None:
            raise CommandError(f"Workspace “{slug}” does not exist.", returncode=2)
        return workspace
