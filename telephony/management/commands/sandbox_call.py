"""A call coming in, played by the running sandbox."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from livekit import api

from telephony.sandbox.app import INVITE_PATH

SECONDS_TO_ANSWER = 10.0
ACCEPTED = """ACCEPT from {source_ip}
{reason}
room     {room}
caller   {identity}
agents   {agents}
The caller hangs up {end}. No real call is made."""


class Command(BaseCommand):
    help = "Let someone call in at the sandbox, and say which trunk and rule take the call, or why none does."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="caller", required=True, help="who calls, such as +12025550123")
        parser.add_argument("--to", dest="called", required=True, help="the number called")
        parser.add_argument(
            "--source-ip", default="", help="where it comes from (an address the number's trunk allows)"
        )
        parser.add_argument("--host", default="sip.test", help="host of the From header (%(default)s)")
        parser.add_argument("--seconds", type=int, default=10, help="when the caller hangs up (%(default)s; 0: never)")
        parser.add_argument("--username", default="", help="for trunks with credentials; the password is asked for")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LIVEKIT_URL:
            raise CommandError("No sandbox is known. Start `make run`, or name a sandbox with the LIVEKIT_ variables.")
        names = ("caller", "called", "source_ip", "host", "seconds", "username")
        asked = {name: options[name] for name in names} | {"password": _password(options["username"])}
        verdict = self._play(asked)
        if verdict["result"] != "ACCEPT":
            raise CommandError(f"{verdict['result']} from {verdict['source_ip']}: {verdict['reason']}")
        end = f"after {options['seconds']} s" if options["seconds"] else "when the room is closed"
        self.stdout.write(ACCEPTED.format(**verdict | {"agents": ", ".join(verdict["agents"]) or "none", "end": end}))

    def _play(self, asked: dict[str, Any]) -> dict[str, Any]:
        token = api.AccessToken(settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET)
        signed = token.with_sip_grants(api.SIPGrants(call=True)).to_jwt()
        url = settings.LIVEKIT_URL.replace("ws", "http", 1).rstrip("/") + INVITE_PATH
        try:
            answer = httpx.post(
                url, json=asked, headers={"Authorization": f"Bearer {signed}"}, timeout=SECONDS_TO_ANSWER
            )
        except httpx.HTTPError as error:
            raise CommandError(f"The sandbox at {settings.LIVEKIT_URL} does not answer ({error}).") from None
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise CommandError(f"{settings.LIVEKIT_URL} is not a sandbox. Only the sandbox plays calls.")
        found: dict[str, Any] = answer.json()
        if answer.is_error:
            raise CommandError(f"The sandbox refused: {found['error']}")
        return found


def _password(username: str) -> str:
    """Read the password that goes with a user name: typed unseen, or a line of standard input."""
    if not username:
        return ""
    return getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
