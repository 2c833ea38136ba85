"""Sync trunks and SIP endpoints to LiveKit now; exit 1 if one did not become active."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from accounts.models import Workspace
from telephony.choices import TrunkStatus
from telephony.management.output import print_table, progress
from telephony.models import SipEndpoint, Trunk
from telephony.sync.apply import sync_rows
from telephony.sync.drift import find_drifted
from telephony.sync.kinds import KINDS, RowKind
from telephony.sync.results import Outcome

CONCURRENCY = 16

Chosen = dict[RowKind, list[UUID]]


class Command(BaseCommand):
    help = "Sync trunks and SIP endpoints to LiveKit; by default those that are not active."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", help="only of this workspace")
        parser.add_argument("--trunk", metavar="ID", help="only this one: its id, conn_ id, or ST_ id in LiveKit")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--pending", action="store_true", help="those that are not active (the default)")
        which.add_argument("--all", action="store_true", help="active ones too")
        parser.add_argument("--dry-run", action="store_true", help="only show what would be written")
        parser.add_argument("--concurrency", type=int, default=CONCURRENCY, help="concurrent requests to LiveKit")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = self._chosen(options)
        total = sum(map(len, chosen.values()))
        if not total:
            self.stderr.write("No trunks or SIP endpoints to provision.")
            return
        if options["dry_run"]:
            self._tell(chosen)
            return
        outcomes: dict[UUID, Outcome] = {}
        with progress(self.stderr, "Provisioning", total) as advance:
            for kind, ids in chosen.items():
                outcomes |= sync_rows(
                    kind, ids, concurrency=max(1, options["concurrency"]), on_done=lambda row_id, outcome: advance()
                )
        self._report(chosen, outcomes)

    def _chosen(self, options: dict[str, Any]) -> Chosen:
        slug, text = options["workspace"], options["trunk"]
        if slug and not Workspace.objects.filter(slug=slug).exists():
            raise CommandError(f"Workspace “{slug}” does not exist.")
        wanted = Q(workspace__slug=slug) if slug else Q()
        if text:
            wanted &= _named(text)
        elif not options["all"]:
            wanted &= ~Q(status=TrunkStatus.ACTIVE)
        chosen = {}
        for kind in KINDS:
            rows = kind.rows().filter(wanted).order_by("workspace__slug", "created_at", "pk")
            chosen[kind] = list(dict.fromkeys(rows.values_list("pk", flat=True)))
        if text and not any(chosen.values()):
            raise CommandError(f"Trunk or SIP endpoint “{text}” does not exist" + (f" in {slug}." if slug else "."))
        return chosen

    def _tell(self, chosen: Chosen) -> None:
        drifted = {row_id for kind, ids in chosen.items() for row_id in find_drifted(kind, ids)}
        self._table(
            chosen,
            ("STATUS", "PLANNED"),
            lambda row: (row.status, "written" if row.pk in drifted else "unchanged"),
        )

    def _report(self, chosen: Chosen, outcomes: dict[UUID, Outcome]) -> None:
        self._table(
            chosen,
            ("OUTCOME", "DETAILS"),
            lambda row: (outcomes[row.pk], " ".join([row.last_error, *row.warnings]).strip()),
        )
        count = Counter(outcomes.values())
        self.stderr.write(", ".join(f"{number} {outcome}" for outcome, number in sorted(count.items())))
        if count[Outcome.FAILED] or count[Outcome.PENDING]:
            raise CommandError("Some trunks or SIP endpoints are not active.", returncode=1)

    def _table(
        self, chosen: Chosen, columns: tuple[str, str], tell: Callable[[Trunk | SipEndpoint], tuple[object, object]]
    ) -> None:
        print_table(
            self.stdout,
            ("NAME", "KIND", "WORKSPACE", *columns),
            ((row.name, str(row._meta.verbose_name), row.workspace.slug, *tell(row)) for row in _rows(chosen)),
        )


def _rows(chosen: Chosen) -> Iterator[Trunk | SipEndpoint]:
    """Reload the rows in the same order, without those deleted in the meantime."""
    for kind, ids in chosen.items():
        found = kind.rows().select_related("workspace").in_bulk(ids)
        yield from (found[pk] for pk in ids if pk in found)


def _named(text: str) -> Q:
    try:
        return Q(pk=UUID(text.removeprefix("conn_")))
    except ValueError:
        return Q(livekit_objects__livekit_id=text) | Q(livekit_aliases__livekit_id=text)
