"""No key, password or token shows in what a person, a log or an error tracker may see."""

import logging
import traceback

import pytest

from telephony.livekit import LiveKitClient, LiveKitError, trunks
from tests.faults import FaultyServer
from tests.sandbox import SandboxServer
from tests.telephony.livekit_client.conftest import INBOUND, OUTBOUND

SECRETS = ("inbound-password", "outbound-password", SandboxServer.secret, "eyJ")


def assert_clean(text: str) -> None:
    assert [secret for secret in SECRETS if secret in text] == []


def seen_by_an_error_tracker(error: BaseException) -> str:
    """Return the traceback with the variables of every frame below the test, and of every error behind it."""
    error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
    lines = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    return "".join(lines)


def test_specs_and_client_hide_them(client: LiveKitClient) -> None:
    client.run(trunks.create_inbound(INBOUND))
    client.run(trunks.create_outbound(OUTBOUND))
    assert_clean(
        repr([INBOUND, OUTBOUND, client, client.run(trunks.list_inbound()), client.run(trunks.list_outbound())])
    )


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (400, "application/json", b'{"code": "invalid_argument", "msg": "no"}'),
        (401, "text/plain", b"invalid token: eyJhbGciOiJIUzI1NiJ9.e30.x, error: expired"),
        (401, "application/json", b'{"code": "unauthenticated", "msg": "invalid token: eyJhbGciOiJIUzI1NiJ9.e30.x"}'),
        (200, "application/protobuf", b"outbound-password\xff\xff"),
        (500, "text/plain", b"eyJhbGciOiJIUzI1NiJ9"),
    ],
)
def test_an_error_holds_none(
    shaky: LiveKitClient, faulty: FaultyServer, status: int, kind: str, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    faulty.answers = status, kind, body
    with caplog.at_level(logging.DEBUG), pytest.raises(LiveKitError) as caught:
        shaky.run(trunks.create_outbound(OUTBOUND))
    assert_clean(seen_by_an_error_tracker(caught.value))
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert_clean(caplog.text)


def test_a_timeout_holds_none(impatient: LiveKitClient, faulty: FaultyServer, caplog: pytest.LogCaptureFixture) -> None:
    faulty.hangs = {"CreateSIPOutboundTrunk"}
    with caplog.at_level(logging.DEBUG), pytest.raises(LiveKitError) as caught:
        impatient.run(trunks.create_outbound(OUTBOUND))
    assert_clean(seen_by_an_error_tracker(caught.value))
    assert_clean(caplog.text)


def test_the_sandbox_console_shows_none(client: LiveKitClient, sandbox: SandboxServer) -> None:
    client.run(trunks.create_inbound(INBOUND))
    client.run(trunks.list_inbound())
    with pytest.raises(LiveKitError):
        client.run(trunks.create_inbound(INBOUND))
    with pytest.raises(LiveKitError):
        LiveKitClient(sandbox.url, sandbox.key, "wrong" * 10).run(trunks.list_rules())
    assert len(sandbox.lines) == 3  # the list is only a look
    assert_clean("\n".join(sandbox.lines))
