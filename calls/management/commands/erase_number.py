"""`manage.py erase_number`: remove a person's number from all stored data."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Workspace
from calls.services.erasure import erase_number
from telephony.management.output import print_table


class Command(BaseCommand):
    help = "Remove a person's number from calls, events, webhook deliveries and lists, and report where it was found."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="in E.164 format, for example +15550100001")
        parser.add_argument("--workspace", metavar="SLUG", help="only this workspace")
        parser.add_argument("--dry-run", action="store_true", help="only report where the number is stored")

    def handle(self, *args: Any, **options: Any) -> None:
        slug, workspace = options["workspace"], None
        if slug and (workspace := Workspace.objects.filter(slug=slug).first()) is None:
            raise CommandError(f"Workspace “{slug}” does not exist.")
        try:
            found = erase_number(options["number"], workspace, dry_run=options["dry_run"])
        except ValidationError as error:
            raise CommandError(error.messages[0]) from None
        print_table(self.stdout, ["table", "rows"], found.items() or [("not found", 0)])
        if options["dry_run"]:
            self.stderr.write("Nothing was changed. Run again without --dry-run to erase.")
        elif any("under way" in name for name in found):
            raise CommandError(
                "The number is part of live calls. Run the command again when they have ended.", returncode=1
            )
        else:
            self.stderr.write("Erased. Logs and backups are not covered.")
