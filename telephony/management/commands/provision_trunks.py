"""Bring LiveKit in step with trunks now; exit 1 if one did not become active."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q, QuerySet

from accounts.models import Workspace
from telephony.choices import TrunkStatus
from telephony.management.output import print_table, progress
from telephony.models import Trunk
from telephony.sync.apply import sync_rows
from telephony.sync.drift import find_drifted
from telephony.sync.kinds import TRUNKS
from telephony.sync.results import Outcome

CONCURRENCY = 16


class Command(BaseCommand):
    help = "Bring LiveKit in step with trunks: those that are not active, unless told otherwise."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", help="only of this workspace")
        parser.add_argument("--trunk", metavar="ID", help="only this one: its id, or its ST_ id in LiveKit")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--pending", action="store_true", help="those that are not active (the default)")
        which.add_argument("--all", action="store_true", help="active ones too")
        parser.add_argument("--dry-run", action="store_true", help="only tell which trunks would be written")
        parser.add_argument("--concurrency", type=int, default=CONCURRENCY, help="calls to LiveKit at a time")

    def handle(self, *args: Any, **options: Any) -> None:
        ids = list(self._chosen(options).order_by("workspace__slug", "created_at", "pk").values_list("pk", flat=True))
        if not ids:
            self.stderr.write("No trunk to provision.")
            return
        if options["dry_run"]:
            self._tell(ids)
            return
        with progress(self.stderr, "Provisioning", len(ids)) as advance:
            outcomes = sync_rows(
                TRUNKS, ids, concurrency=max(1, options["concurrency"]), on_done=lambda trunk_id, outcome: advance()
            )
        self._report(ids, outcomes)

    def _chosen(self, options: dict[str, Any]) -> QuerySet[Trunk]:
        trunks = Trunk.objects.all()
        if slug := options["workspace"]:
            if not Workspace.objects.filter(slug=slug).exists():
                raise CommandError(f"There is no workspace “{slug}”.")
            trunks = trunks.filter(workspace__slug=slug)
        if text := options["trunk"]:
            trunks = trunks.filter(_names(text))
            if not trunks.exists():
                raise CommandError(f"There is no trunk “{text}”" + (f" in {slug}." if slug else "."))
            return trunks.distinct()
        return trunks if options["all"] else trunks.exclude(status=TrunkStatus.ACTIVE)

    def _tell(self, ids: list[UUID]) -> None:
        drifted = set(find_drifted(TRUNKS, ids))
        rows = Trunk.objects.select_related("workspace").in_bulk(ids)
        print_table(
            self.stdout,
            ("TRUNK", "WORKSPACE", "STATUS", "WOULD BE"),
            [
                (row.name, row.workspace.slug, row.status, "written" if pk in drifted else "left as it is")
                for pk in ids
                if (row := rows.get(pk))
            ],
        )

    def _report(self, ids: list[UUID], outcomes: dict[UUID, Outcome]) -> None:
        rows = Trunk.objects.select_related("workspace").in_bulk(ids)
        print_table(
            self.stdout,
            ("TRUNK", "WORKSPACE", "OUTCOME", "DETAILS"),
            [
                (row.name, row.workspace.slug, outcomes[pk], " ".join([row.last_error, *row.warnings]).strip())
                for pk in ids
                if (row := rows.get(pk))
            ],
        )
        count = Counter(outcomes.values())
        self.stderr.write(", ".join(f"{number} {outcome}" for outcome, number in sorted(count.items())))
        if count[Outcome.FAILED] or count[Outcome.PENDING]:
            raise CommandError("Not every trunk is active.", returncode=1)


def _names(text: str) -> Q:
    try:
        return Q(pk=UUID(text))
    except ValueError:
        return Q(livekit_objects__livekit_id=text) | Q(livekit_aliases__livekit_id=text)
