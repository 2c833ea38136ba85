"""A LiveKit project in which somebody made trunks by hand."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from livekit import api

from tests.sandbox import SandboxServer


class Project:
    """A LiveKit server, filled by its plain library."""

    def __init__(self, server: Any) -> None:
        self.server = server

    def inbound(self, **fields: Any) -> str:
        """Create an inbound trunk, by default one that rows can express, and give its id."""
        given = {"name": "Carrier in", "numbers": ["+15550100000"], "allowed_addresses": ["192.0.2.0/30"], **fields}
        request = api.CreateSIPInboundTrunkRequest(trunk=api.SIPInboundTrunkInfo(**given))
        made = self.server.ask(lambda lk: lk.sip.create_inbound_trunk(request))
        return str(made.sip_trunk_id)

    def outbound(self, **fields: Any) -> str:
        """Create an outbound trunk, by default one that rows can express, and give its id."""
        given = {
            "name": "Carrier out", "address": "sip.example.com:5060", "numbers": ["*"],
            "transport": api.SIPTransport.SIP_TRANSPORT_UDP, "auth_username": "u", "auth_password": "hunter2", **fields,
        }  # fmt: skip
        request = api.CreateSIPOutboundTrunkRequest(trunk=api.SIPOutboundTrunkInfo(**given))
        made = self.server.ask(lambda lk: lk.sip.create_outbound_trunk(request))
        return str(made.sip_trunk_id)

    def rule(self, *trunk_ids: str, prefix: str = "old-", pin: str = "", **fields: Any) -> str:
        """Create a rule of a room a call, and give its id."""
        each = api.SIPDispatchRuleIndividual(room_prefix=prefix, pin=pin)
        rule = api.SIPDispatchRule(dispatch_rule_individual=each)
        info = api.SIPDispatchRuleInfo(rule=rule, trunk_ids=trunk_ids, **fields)
        request = api.CreateSIPDispatchRuleRequest(dispatch_rule=info)
        made = self.server.ask(lambda lk: lk.sip.create_dispatch_rule(request))
        return str(made.sip_dispatch_rule_id)


class Result:
    """What a run of the command said, and its exit status."""

    def __init__(self, *arguments: str) -> None:
        out, err = StringIO(), StringIO()
        self.status = 0
        try:
            call_command("import_livekit", *arguments, stdout=out, stderr=err)
        except CommandError as error:
            self.status = error.returncode
            err.write(str(error))
        self.out, self.err = out.getvalue(), err.getvalue()


@pytest.fixture
def by_hand(sandbox: SandboxServer, settings: Any) -> Project:
    """The default project, on a sandbox."""
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY = sandbox.url, sandbox.key
    settings.LIVEKIT_API_SECRET = sandbox.secret
    return Project(sandbox)
