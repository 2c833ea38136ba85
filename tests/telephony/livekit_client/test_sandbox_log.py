"""What the sandbox prints: requests and their errors, but not the regular check of its SIP service."""

import pytest

from telephony.livekit.client import LiveKitClient
from telephony.livekit.errors import LiveKitError
from telephony.livekit.sip_service import check_sip_service
from tests.sandbox import SandboxServer


def test_the_check_of_the_sip_service_prints_nothing(client: LiveKitClient, sandbox: SandboxServer) -> None:
    with pytest.raises(LiveKitError):
        client.run(check_sip_service())
    assert sandbox.lines == []
