"""Inject faults into the running sandbox: no SIP service, no agents, a server crash."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from livekit import api

from telephony.management.sandbox_client import ask_sandbox
from telephony.sandbox.app import CONTROL_PATH
from telephony.sandbox.sip_service import SipState


class Command(BaseCommand):
    help = "Turn the sandbox's SIP service or agents off and on, or crash and restart its server."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sip",
            choices=list(SipState),
            help="new state of the SIP service; off ends its calls as a stopped service does, killed does so silently",
        )
        parser.add_argument("--agents", choices=["on", "off"], help="whether an agent is registered for new rooms")
        parser.add_argument(
            "--crash", action="store_true", help="kill the server and start it again; phones rejoin after 5 seconds"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        change: dict[str, Any] = {"crash": options["crash"]}
        if options["sip"]:
            change["sip"] = options["sip"]
        if options["agents"]:
            change["agents"] = options["agents"] == "on"
        if change == {"crash": False}:
            raise CommandError("Nothing to change. Use --sip, --agents or --crash.")
        now = ask_sandbox(CONTROL_PATH, change, api.SIPGrants(admin=True))
        self.stdout.write(f"sip {now['sip']}, agents {'on' if now['agents'] else 'off'}")
