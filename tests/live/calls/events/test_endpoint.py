"""A call to a SIP endpoint, from the INVITE to the end of the call's record."""

import pytest

from calls.choices import CallStatus, Direction, Reason
from telephony.services.endpoints import create_endpoint
from tests.live.calls.conftest import Line
from tests.live.calls.events.conftest import CALLER, taken, wait_for

pytestmark = [pytest.mark.live, pytest.mark.postgres]
ANYWHERE, PASSWORD = "203.0.113.99", "s3cur3P@ssw0rd!"


def test_a_caller_with_the_endpoints_credentials_becomes_a_call_of_its_agent(line: Line) -> None:
    agent_data = {"name": "Desk", "ai_provider": "custom", "custom_endpoint": "wss://your-agent.example.com/voice"}
    given = {"name": "Desk", "sip_username": "desk", "sip_password": PASSWORD}
    endpoint = create_endpoint(line.workspace, given, agent_data)
    answer = line.bridge.invite(CALLER, endpoint.user_part, ANYWHERE, join=True)
    assert (answer["auth"]["username"], answer["auth"]["password"]) == ("desk", PASSWORD)
    call = taken(endpoint.user_part)
    assert (call.workspace, call.agent, call.direction) == (line.workspace, endpoint.agent, Direction.INBOUND)
    assert (call.from_number, call.trunk, call.number) == (CALLER, None, None)
    line.bridge.hangup(answer["call_id"])
    assert wait_for(CallStatus.COMPLETED, pk=call.pk).reason == Reason.CALLER_HUNG_UP
