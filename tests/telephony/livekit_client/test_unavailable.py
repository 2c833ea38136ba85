"""Every call ends, and one without a usable answer says that it may be tried again."""

import socket

import pytest

from telephony.livekit import LiveKitClient, LiveKitError, LiveKitNotFound, LiveKitUnavailable, trunks
from tests.faults import FaultyServer
from tests.sandbox import SandboxServer
from tests.telephony.livekit_client.conftest import OUTBOUND


def test_a_server_that_hangs_is_given_up_at_the_deadline(impatient: LiveKitClient, faulty: FaultyServer) -> None:
    faulty.hangs = {"ListSIPOutboundTrunk"}
    with pytest.raises(LiveKitUnavailable, match=r"did not answer within 0\.3 seconds"):
        impatient.run(trunks.list_outbound())


def test_a_lost_answer_is_unavailable_and_nothing_is_asked_twice(
    shaky: LiveKitClient, faulty: FaultyServer, client: LiveKitClient
) -> None:
    faulty.loses = {"CreateSIPOutboundTrunk"}
    with pytest.raises(LiveKitUnavailable, match="broke before it responded"):
        shaky.run(trunks.create_outbound(OUTBOUND))
    assert faulty.requests == ["CreateSIPOutboundTrunk"]
    assert [stored.spec for stored in client.run(trunks.list_outbound())] == [OUTBOUND]


def test_a_server_that_is_away_comes_back(client: LiveKitClient, sandbox: SandboxServer) -> None:
    client.run(trunks.create_outbound(OUTBOUND))
    sandbox.stop()
    with pytest.raises(LiveKitUnavailable):
        client.run(trunks.list_outbound())
    sandbox.start()
    assert client.run(trunks.list_outbound()) == []


def test_a_name_that_does_not_resolve_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)  # this host's resolver may take its time
    with pytest.raises(LiveKitUnavailable, match="cannot be reached"):
        LiveKitClient("ws://livekit.invalid", "key", "s" * 32).run(trunks.list_rules())


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (200, "text/html", b"<html>a router's page</html>"),
        (404, "text/html", b"<html>default backend</html>"),
        (404, "application/json", b'{"code": "bad_route", "msg": "no handler for path"}'),
        (502, "text/html", b"bad gateway"),
    ],
)
def test_an_answer_from_something_else_is_not_mistaken_for_livekits(
    shaky: LiveKitClient, faulty: FaultyServer, status: int, kind: str, body: bytes
) -> None:
    faulty.answers = status, kind, body
    with pytest.raises(LiveKitUnavailable, match="Check the LiveKit URL"):
        shaky.run(trunks.update_outbound("ST_a", OUTBOUND))


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "internal"),
        (500, "unknown"),
        (503, "unavailable"),
        (429, "resource_exhausted"),
        (408, "deadline_exceeded"),
    ],
)
def test_a_fault_of_the_server_passes(shaky: LiveKitClient, faulty: FaultyServer, status: int, code: str) -> None:
    faulty.answers = status, "application/json", f'{{"code": "{code}", "msg": "redis is away"}}'.encode()
    with pytest.raises(LiveKitUnavailable, match=rf"\({code}: redis is away\)"):
        shaky.run(trunks.list_rules())


def test_only_livekits_own_word_makes_an_object_gone(shaky: LiveKitClient, faulty: FaultyServer) -> None:
    faulty.answers = 404, "application/json", b'{"code": "not_found", "msg": "requested sip trunk does not exist"}'
    with pytest.raises(LiveKitNotFound):
        shaky.run(trunks.update_outbound("ST_a", OUTBOUND))


def test_what_nobody_thought_of_is_an_error_of_ours(client: LiveKitClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("with a secret in it")

    monkeypatch.setattr("telephony.livekit.messages.outbound_message", broken)
    with pytest.raises(LiveKitError, match=r"^The call to LiveKit failed: RuntimeError\.$"):
        client.run(trunks.create_outbound(OUTBOUND))
