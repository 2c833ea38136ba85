"""Encrypt every stored secret with the first key of FERNET_KEYS."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from voxa.core.encryption import Tally, encrypted_fields, rotate


class Command(BaseCommand):
    """Safe to interrupt and to repeat: skips secrets that already use the newest key."""

    help = "Encrypt every stored secret with the first key of FERNET_KEYS. Restart every process first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count only, change nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        tallies = [self._rotate(model, column, dry_run) for model, column in encrypted_fields()]
        width = max(len(tally.label) for tally in tallies)
        self.stdout.write(f"{'field':<{width}} {'secrets':>8} {'rotated':>8} {'old':>8} {'unreadable':>11}")
        for tally in tallies:
            numbers = f"{tally.secrets:>8} {tally.rotated:>8} {tally.left:>8} {len(tally.unreadable):>11}"
            self.stdout.write(f"{tally.label:<{width}} {numbers}")
        self._conclude(tallies, dry_run)

    def _rotate(self, model: Any, column: Any, dry_run: bool) -> Tally:
        tally = Tally("")
        for tally in rotate(model, column, dry_run=dry_run):
            if self.stderr.isatty():
                self.stderr.write(f"\r{tally.label}: {tally.secrets}", ending="")
        if self.stderr.isatty():
            self.stderr.write("")
        return tally

    def _conclude(self, tallies: list[Tally], dry_run: bool) -> None:
        unreadable = [f"{tally.label} of {pk}" for tally in tallies for pk in tally.unreadable]
        if unreadable:
            raise CommandError(
                f"FERNET_KEYS cannot decrypt {len(unreadable)}: {', '.join(unreadable[:10])}. Add the key that "
                "encrypted them, or enter these secrets again."
            )
        left = sum(tally.left for tally in tallies)
        if dry_run:
            self.stdout.write(f"{left} to rotate. Nothing was changed.")
        elif left:
            raise CommandError(
                f"{left} still use an old key: a process that has not been restarted wrote them. Restart it, "
                "then run this again."
            )
        else:
            self.stdout.write("All secrets use the newest key. You can remove the older ones from FERNET_KEYS.")
