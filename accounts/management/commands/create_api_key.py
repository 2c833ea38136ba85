"""Create an API key; the last line on standard output is the key, shown this once."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.choices import Scope
from accounts.management.commands.create_workspace import describe
from accounts.models import Workspace
from accounts.services.keys import create_api_key


class Command(BaseCommand):
    help = "Create an API key. The last line on standard output is the key; it is not shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workspace", help="slug of the workspace")
        parser.add_argument("--name", required=True, help="purpose of the key")
        parser.add_argument("--scope", action="append", required=True, choices=Scope.values, help="may be repeated")
        parser.add_argument("--expires-in-days", type=int, help="days from now (default: never)")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = Workspace.objects.filter(slug=options["workspace"]).first()
        if workspace is None:
            slugs = ", ".join(Workspace.objects.values_list("slug", flat=True)[:20]) or "none yet"
            raise CommandError(f"Workspace “{options['workspace']}” does not exist. Workspaces: {slugs}.")
        days = options["expires_in_days"]
        if days is not None and not 1 <= days <= 36_500:
            raise CommandError("--expires-in-days must be from 1 to 36500.")
        try:
            _, text = create_api_key(
                workspace,
                options["name"],
                options["scope"],
                expires_at=timezone.now() + timedelta(days=days) if days is not None else None,
                reason="manage.py create_api_key",
            )
        except ValidationError as error:
            raise CommandError(describe(error)) from error
        self.stderr.write("Keep this key in a safe place; it is not shown again.")
        self.stdout.write(text)
