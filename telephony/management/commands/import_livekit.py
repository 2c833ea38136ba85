"""Adopt existing trunks and rules of a workspace's LiveKit project; exit 1 if one could not be adopted."""

import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Workspace
from telephony.choices import ObjectKind
from telephony.livekit import LiveKitError
from telephony.management.output import print_table
from telephony.models import LiveKitProject, TelephonySettings
from telephony.services.errors import Conflict
from telephony.services.livekit_import.adopt import adopt, plan_for, reason_of
from telephony.services.livekit_import.plan import Adoption, ImportPlan


class Command(BaseCommand):
    help = (
        "Show a plan to adopt existing trunks and dispatch rules of the workspace's LiveKit project, and carry it out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", required=True, help="workspace that receives the trunks")
        parser.add_argument("--project", metavar="P", help="name or id of the expected LiveKit project, as a safeguard")
        parser.add_argument("--dry-run", action="store_true", help="only show the plan")
        parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")

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
            self.stderr.write("Nothing was changed (dry run).")
        elif options["yes"] or self._confirmed(workspace, len(plan.adoptions)):
            self._adopt(workspace, plan.adoptions)
        else:
            self.stderr.write("Nothing was changed.")

    def _workspace(self, slug: str) -> Workspace:
        workspace = Workspace.objects.filter(slug=slug).first()
        if workspace is None:
            raise CommandError(f"Workspace “{slug}” does not exist.")
        return workspace

    def _make_sure(self, project: LiveKitProject, named: str | None) -> None:
        """Check the project: a workspace can only adopt objects of its own LiveKit project."""
        if named not in (None, project.name, str(project.pk)):
            raise CommandError(
                f"The workspace's LiveKit project is “{project.name}” ({project.pk}), not “{named}”. "
                "Select that project in the workspace's telephony settings first."
            )

    def _confirmed(self, workspace: Workspace, count: int) -> bool:
        if not sys.stdin.isatty():
            raise CommandError(
                "Cannot ask for confirmation without a terminal. Add --yes, or --dry-run to see only the plan."
            )
        question = f"Adopt {count} trunk{'s' * (count > 1)} into {workspace.slug}? [y/N] "
        return input(question).strip().lower() in ("y", "yes")

    def _show(self, plan: ImportPlan) -> None:
        if plan.adoptions:
            print_table(
                self.stdout,
                ("TRUNK", "ADOPTS", "NUMBERS", "GATEWAYS", "USERNAME"),
                [_row(adoption) for adoption in plan.adoptions],
            )
        changes = [(adoption.name, change) for adoption in plan.adoptions for change in adoption.changes]
        if changes:
            print_table(self.stdout, ("TRUNK", "CHANGES IN LIVEKIT"), changes)
        if plan.left:
            print_table(
                self.stdout,
                ("NOT ADOPTED", "LIVEKIT ID", "NAME", "REASON"),
                [(ObjectKind(one.kind).label, one.id, one.name or "-", one.reason) for one in plan.left],
            )
        if plan.managed:
            self.stderr.write(f"{plan.managed} objects are already managed by Voxa.")

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
            "The next sync, within a minute, writes the ownership tag to these objects. Their ids do not change. "
            "Run manage.py provision_trunks to sync now."
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
