"""Create a workspace; the last line on standard output is its slug."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.services.workspaces import create_workspace
from voxa.core.values.time_zones import time_zone_warning


class Command(BaseCommand):
    help = "Create a workspace. The last line on standard output is its slug."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help='such as "Acme Europe"')
        parser.add_argument("--country", default="US", help="two letters, such as DE (default: US)")
        parser.add_argument("--timezone", default="UTC", help="such as Europe/Berlin (default: UTC)")
        parser.add_argument("--slug", help="such as acme-eu (default: derived from the name)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            workspace = create_workspace(
                options["name"],
                country=options["country"],
                time_zone=options["timezone"],
                slug=options["slug"],
                reason="manage.py create_workspace",
            )
        except ValidationError as error:
            raise CommandError(describe(error)) from error
        if options["timezone"] != "UTC" and (warning := time_zone_warning(workspace.time_zone)):
            self.stderr.write(f"Warning: {warning}")
        self.stderr.write(f"Workspace “{workspace.name}” created.")
        self.stdout.write(workspace.slug)


def describe(error: ValidationError) -> str:
    """Return one line per wrong field."""
    return "\n".join(f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())
