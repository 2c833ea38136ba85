"""Simulate an inbound call in the running sandbox."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from livekit import api

from telephony.management.sandbox_client import ask_sandbox
from telephony.sandbox.app import INVITE_PATH

ACCEPTED = """ACCEPT from {source_ip}
{reason}
room     {room}
caller   {identity}
agents   {agents}
The caller hangs up {end}. No real calls are made."""


class Command(BaseCommand):
    help = "Simulate an inbound call in the sandbox, and show which trunk and dispatch rule match, or why none does."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="caller", required=True, help="caller number, such as +12025550123")
        parser.add_argument("--to", dest="called", required=True, help="called number")
        parser.add_argument(
            "--source-ip", default="", help="source IP address (default: one that the number's trunk allows)"
        )
        parser.add_argument("--host", default="sip.test", help="host of the From header (%(default)s)")
        parser.add_argument(
            "--seconds", type=int, default=10, help="seconds until the caller hangs up (%(default)s; 0: never)"
        )
        parser.add_argument("--username", default="", help="for trunks with credentials; prompts for the password")

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("caller", "called", "source_ip", "host", "seconds", "username")
        asked = {name: options[name] for name in names} | {"password": _password(options["username"])}
        verdict = ask_sandbox(INVITE_PATH, asked, api.SIPGrants(call=True))
        if verdict["result"] != "ACCEPT":
            heard = "" if verdict["wire"] != [100, 180] else " The caller hears endless ringing."
            raise CommandError(f"{verdict['result']} from {verdict['source_ip']}: {verdict['reason']}{heard}")
        end = f"after {options['seconds']} s" if options["seconds"] else "when the room is closed"
        self.stdout.write(ACCEPTED.format(**verdict | {"agents": ", ".join(verdict["agents"]) or "none", "end": end}))


def _password(username: str) -> str:
    """Read the password: a hidden prompt, or a line of standard input."""
    if not username:
        return ""
    return getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
