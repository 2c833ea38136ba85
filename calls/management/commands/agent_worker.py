"""`manage.py agent_worker`: runs `python -m calls.agent`, a program of its own."""

import os
import sys
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Becomes the agent worker, with the settings it needs and no other."""

    help = "Runs a voice agent worker. It takes calls until it is told to stop, and finishes those under way."
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
