"""Adopt trunks and rules that already stand in a workspace's LiveKit project; exit 1 if one could not be adopted."""

import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Workspace
from telephony.choices import ObjectKind
from telephony.livekit_client import LiveKitError
from telephony.management.output import print_table
from telephony.models import LiveKitProject, TelephonySettings
from telephony.services.errors import Conflict
from telephony.services.livekit_import.adopt import adopt, plan_for, reason_of
from telephony.services.livekit_import.plan import Adoption, ImportPlan


class Command(BaseCommand):
    help = "Adopt trunks and rules that already stand in the workspace's LiveKit project, after showing the plan."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", required=True, help="whose trunks they become")
        parser.add_argument("--project", metavar="P", help="name or id of its LiveKit project, to make sure")
        parser.add_argument("--dry-run", action="store_true", help="only show the plan")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = self._workspace(options["workspace"])
        project = TelephonySettings.of(workspace.pk).project
        self._make_sure(project, options["project"])
        self.stderr.write(f"{project} ({project.url or 'not configured'})")
        try:
            plan = plan_for(workspace)
        except LiveKitError as error:
            raise CommandError(str(error), returncode=1) from None
        self._show(plan)
        if not plan.adoptions:
            self.stderr.write("Nothing to adopt.")
        elif options["dry_run"]:
            self.stderr.write("Nothing was changed: this was a dry run.")
        elif options["yes"] or self._confirmed(workspace, len(plan.adoptions)):
            self._adopt(workspace, plan.adoptions)
        else:
            self.stderr.write("Nothing was changed.")

    def _workspace(self, slug: str) -> Workspace:
        workspace = Workspace.objects.filter(slug=slug).first()
        if workspace is None:
            raise CommandError(f"There is no workspace “{slug}”.")
        return workspace

    def _make_sure(self, project: LiveKitProject, named: str | None) -> None:
        """Trunks of a workspace stand in its own project, so another one's cannot become its."""
        if named not in (None, project.name, str(project.pk)):
            raise CommandError(
                f"The workspace's LiveKit project is “{project.name}” ({project.pk}), not “{named}”. "
                "Give the workspace that project in its telephony settings first."
            )

    def _confirmed(self, workspace: Workspace, count: int) -> bool:
        if not sys.stdin.isatty():
            raise CommandError("Nobody is here to ask. Repeat it with --yes, or with --dry-run for the plan alone.")
        question = f"Adopt {count} trunk{'s' * (count > 1)} into {workspace.slug}? [y/N] "
        return input(question).strip().lower() in ("y", "yes")

    def _show(self, plan: ImportPlan) -> None:
        if plan.adoptions:
            print_table(
                self.stdout,
                ("TRUNK", "TAKES OVER", "NUMBERS", "GATEWAYS", "SIGNS IN AS"),
                [_row(adoption) for adoption in plan.adoptions],
            )
        changes = [(adoption.name, change) for adoption in plan.adoptions for change in adoption.changes]
        if changes:
            print_table(self.stdout, ("TRUNK", "CHANGES IN LIVEKIT"), changes)
        if plan.left:
            print_table(
                self.stdout,
                ("LEFT ALONE", "LIVEKIT ID", "NAME", "BECAUSE"),
                [(ObjectKind(one.kind).label, one.id, one.name or "-", one.reason) for one in plan.left],
            )
        if plan.managed:
            self.stderr.write(f"{plan.managed} objects are managed by Voxa already.")

    def _adopt(self, workspace: Workspace, adoptions: list[Adoption]) -> None:
        failed = 0
        for adoption in adoptions:
            try:
                trunk = adopt(workspace, adoption)
            except (Conflict, ValidationError) as error:
                failed += 1
                self.stderr.write(f"{adoption.name} was not adopted: {reason_of(error)}")
            else:
                self.stdout.write(f"{adoption.name} is now trunk {trunk.pk}.")
        self.stderr.write(
            "The next sync, at most a minute away, writes Voxa's mark into them; their ids stay. "
            "manage.py provision_trunks does it at once and says how it went."
        )
        if failed:
            raise CommandError(f"{failed} of {len(adoptions)} trunks were not adopted.", returncode=1)


def _row(adoption: Adoption) -> tuple[str, ...]:
    gateways = (
        f"{one['ip_or_domain']}:{one['port']}/{one['protocol']} out"
        if one["outbound"]
        else f"{one['ip_or_domain']}/{one['netmask']} in"
        for one in adoption.gateways
    )
    numbers = ", ".join(adoption.numbers) or "any caller ID"
    return (adoption.name, ", ".join(adoption.livekit_ids), numbers, ", ".join(gateways), adoption.username or "-")
