"""Remove a person's number from all that is kept, and say what held it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Workspace
from calls.services.erasure import erase_number
from telephony.management.output import print_table


class Command(BaseCommand):
    help = "Remove a person's number from calls, events, webhook messages and lists, and say what held it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="in E.164, such as +15550100001")
        parser.add_argument("--workspace", metavar="SLUG", help="only in this workspace")
        parser.add_argument("--dry-run", action="store_true", help="only say what holds it")

    def handle(self, *args: Any, **options: Any) -> None:
        slug, workspace = options["workspace"], None
        if slug and (workspace := Workspace.objects.filter(slug=slug).first()) is None:
            raise CommandError(f"There is no workspace “{slug}”.")
        try:
            found = erase_number(options["number"], workspace, dry_run=options["dry_run"])
        except ValidationError as error:
            raise CommandError(error.messages[0]) from None
        print_table(self.stdout, ["what", "rows"], found.items() or [("nothing holds it", 0)])
        if options["dry_run"]:
            self.stderr.write("Nothing was changed. Run it without --dry-run.")
        elif any("under way" in name for name in found):
            raise CommandError("Calls under way hold the number still. Run it again when they are over.", returncode=1)
        else:
            self.stderr.write("Erased. Logs and backups are not reached from here.")
