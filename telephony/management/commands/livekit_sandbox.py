"""Run a LiveKit sandbox in this terminal."""

import socket
import sqlite3
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from telephony.sandbox.app import Sandbox
from telephony.sandbox.sip_service import SipState
from telephony.sandbox.state import RING_SECONDS, SILENCE_SECONDS, State

BANNER = """
LiveKit sandbox on {url}
This is a sandbox: no real calls are made and no carrier is contacted.
Trunks and rules: {state}. Rooms and calls are in memory.
Events go to {webhook}. Agents ask {api}.
Stop it with Ctrl-C.
"""
SHUTDOWN_SECONDS = 1.0  # for requests under way, such as dials that ring


class Command(BaseCommand):
    help = "Run a LiveKit sandbox for development and trials. No real calls are made."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=7880, help="port to listen on (7880; 0 picks a free port)")
        parser.add_argument("--state", type=Path, help="file that keeps trunks and rules between runs")
        parser.add_argument("--webhook", default="", help="URL that receives webhooks, signed as by LiveKit")
        parser.add_argument("--api", default="", help="URL of Voxa's API, which agents ask what to do")
        parser.add_argument("--ring", type=float, default=RING_SECONDS, help="seconds a phone rings (%(default)s)")

        parser.add_argument(
            "--silence",
            type=float,
            default=SILENCE_SECONDS,
            help="seconds until an unresponsive gateway times out (%(default)s, as SIP over UDP)",
        )
        parser.add_argument("--sip", choices=list(SipState), default="on", help="initial state of the SIP service")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.LIVEKIT_API_KEY and settings.LIVEKIT_API_SECRET):
            raise CommandError("Set LIVEKIT_API_KEY and LIVEKIT_API_SECRET: the sandbox uses the same pair as Voxa.")
        for name in ("webhook", "api"):
            if options[name] and urlsplit(options[name]).scheme not in ("http", "https"):
                raise CommandError(f"--{name} must be an http or https URL, not {options[name]}.")
        try:
            state = State(options["state"], ring=options["ring"], silence=options["silence"])
            state.sip.switch(SipState(options["sip"]))
        except (OSError, sqlite3.Error) as error:
            raise CommandError(f"Cannot write the state to {options['state']}: {error}. Choose another file.") from None
        try:
            listener = socket.create_server((options["host"], options["port"]))
        except (OSError, OverflowError) as error:
            raise CommandError(
                f"Cannot listen on {options['host']}:{options['port']}: {error}. Try another --port."
            ) from None
        url = f"ws://{options['host']}:{listener.getsockname()[1]}"
        self.stdout.write(
            BANNER.format(
                url=url,
                state=options["state"] or "in memory only",
                webhook=options["webhook"] or "no URL (set one with --webhook)",
                api=options["api"] or "nobody what to do (set a URL with --api)",
            )
        )
        self.stdout.flush()
        keys = {settings.LIVEKIT_API_KEY: settings.LIVEKIT_API_SECRET}
        sandbox = Sandbox(state, keys, self._report, webhook=options["webhook"], api=options["api"])
        web.run_app(sandbox.app(), sock=listener, print=None, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        state.close()

    def _report(self, line: str) -> None:
        self.stdout.write(f"sandbox: {line}")
        self.stdout.flush()
