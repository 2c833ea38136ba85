"""`manage.py agent_worker`: run `python -m calls.agent`, a separate program."""

import os
import sys
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Replaces itself with the agent worker, with only the settings that it needs."""

    help = "Runs a voice agent worker. It accepts calls until it is stopped, then finishes its current calls."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if find_spec("livekit.agents") is None:
            raise CommandError(
                "The worker's packages are not installed: pip install --require-hashes -r requirements-agent.txt"
            )
        names = ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "API_PUBLIC_URL")
        environment = {**os.environ, **{name: getattr(settings, name) for name in names}}
        os.chdir(settings.BASE_DIR)
        os.execve(sys.executable, [sys.executable, "-m", "calls.agent"], environment)  # noqa: S606
