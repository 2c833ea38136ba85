"""Import the numbers of a carrier account; exit 1 if one could not be imported."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from accounts.models import Workspace
from telephony.carriers.registry import CARRIER_APIS, CarrierError, carrier_api, default_carrier
from telephony.management.output import print_table, progress
from telephony.models import Trunk
from telephony.services.number_import import FAILURES, import_numbers, summary


class Command(BaseCommand):
    help = "Import the numbers of a carrier connection onto a trunk of a workspace. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--carrier", default=default_carrier(), help=f"{', '.join(CARRIER_APIS)}; by default TELEPHONY_PROVIDER"
        )
        parser.add_argument("--workspace", metavar="SLUG", required=True)
        parser.add_argument("--trunk", metavar="ID", help="its id or ST_ id; by default the only one of this carrier")
        parser.add_argument("--dry-run", action="store_true", help="only show what would be imported")

    def handle(self, *args: Any, **options: Any) -> None:
        carrier = options["carrier"].strip().lower()
        if not carrier:
            raise CommandError("Name the carrier with --carrier, or set TELEPHONY_PROVIDER.")
        trunk = self._trunk(options["workspace"], options["trunk"], carrier)
        try:
            found = carrier_api(carrier).numbers()
        except CarrierError as error:
            raise CommandError(str(error)) from None
        dry_run = options["dry_run"]
        with progress(self.stderr, "Importing", len(found)) as advance:
            lines = import_numbers(trunk, found, dry_run=dry_run, on_done=advance)
        rows = [(line.number, line.result, line.words) for line in lines]
        print_table(self.stdout, ("NUMBER", "PLANNED" if dry_run else "RESULT", "DETAILS"), rows)
        self.stderr.write(f"{trunk.name}: {summary(lines)}")
        if any(line.result in FAILURES for line in lines):
            raise CommandError("Some numbers could not be imported.", returncode=1)

    def _trunk(self, slug: str, text: str | None, carrier: str) -> Trunk:
        workspace = Workspace.objects.filter(slug=slug, closed_at=None).first()
        if workspace is None:
            raise CommandError(f"Workspace “{slug}” does not exist.")
        trunks = Trunk.objects.filter(workspace=workspace).select_related("workspace").defer("auth_password")
        if text:
            trunk = trunks.filter(_names(text)).distinct().first()
            if trunk is None:
                raise CommandError(f"Trunk “{text}” does not exist in {slug}.")
            return trunk
        some = list(trunks.filter(carrier=carrier, for_transfers=False)[:2])
        if len(some) == 1:
            return some[0]
        if some:
            raise CommandError(f"{slug} has several trunks of {carrier}. Choose one with --trunk.")
        raise CommandError(f"{slug} has no trunk of {carrier}. Add one, or choose another with --trunk.")


def _names(text: str) -> Q:
    try:
        return Q(pk=UUID(text))
    except ValueError:
        return Q(livekit_objects__livekit_id=text) | Q(livekit_aliases__livekit_id=text)
