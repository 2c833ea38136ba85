"""How a gateway answers: its name, TCP, TLS, and a SIP OPTIONS."""

import ssl
from pathlib import Path

import pytest

from telephony import health
from telephony.choices import Transport
from telephony.health import Step, check_gateway
from telephony.sync.dns import Answer
from tests.certificates import write_certificate
from tests.doctor.carrier import says, stream, udp
from tests.live.process import free_port

HOST = "127.0.0.1"
OK = says(200, "OK")


def test_options_are_answered_over_udp() -> None:
    with udp(OK) as port:
        assert check_gateway(HOST, port, Transport.UDP) == health.Health(200, "OK")


def test_a_lost_datagram_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "AGAIN_AFTER", 0.05)
    with udp(OK, deaf_to=2) as port:
        assert check_gateway(HOST, port, Transport.UDP).is_well


def test_options_are_answered_over_tcp_after_a_provisional_answer() -> None:
    with stream(says(200, "OK", before=b"SIP/2.0 100 Trying\r\n\r\n")) as port:
        assert check_gateway(HOST, port, Transport.TCP).status == 200


@pytest.mark.parametrize(("status", "well"), [(200, True), (403, True), (405, True), (503, False)])
def test_a_refusal_is_an_answer_too_but_503_is_out_of_service(status: int, *, well: bool) -> None:
    with udp(says(status, "So")) as port:
        found = check_gateway(HOST, port, Transport.UDP)
    assert (found.status, found.is_well) == (status, well)


@pytest.mark.parametrize("transport", list(Transport))
def test_nothing_listens(transport: Transport) -> None:
    found = check_gateway(HOST, free_port(), transport)
    assert (found.failed, found.error) == (
        Step.SIP if transport == Transport.UDP else Step.CONNECT, "The connection was refused.",
    )  # fmt: skip


def test_what_answers_does_not_speak_sip() -> None:
    with stream(lambda request: b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        found = check_gateway(HOST, port, Transport.TCP)
    assert (found.failed, found.error) == (Step.SIP, "The server responded, but not with SIP.")


def test_an_answer_to_another_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LIMIT", 0.3)
    with udp(lambda request: OK("Call-ID: other")) as port:
        assert check_gateway(HOST, port, Transport.UDP).error == "No response within 0.3 s."


def test_a_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "look_up", lambda host: Answer(error="The name does not exist."))
    found = check_gateway("sip.example.com", 5060, Transport.UDP)
    assert (found.failed, found.error) == (Step.DNS, "The name does not exist.")


@pytest.fixture
def tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ssl.SSLContext:
    """What a server for carrier.localhost needs, whose authority this host trusts."""
    certificate, key = write_certificate(tmp_path, "carrier.localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_options_are_answered_over_tls(tls: ssl.SSLContext) -> None:
    with stream(OK, tls) as port:
        assert check_gateway("carrier.localhost", port, Transport.TLS).status == 200


def test_a_certificate_of_another_name_is_not_accepted(tls: ssl.SSLContext) -> None:
    with stream(OK, tls) as port:
        found = check_gateway("other.localhost", port, Transport.TLS)
    assert found.failed is Step.TLS
    assert found.error.startswith("The certificate is not valid: Hostname mismatch")


def test_a_port_without_tls() -> None:
    with stream(says(400, "Bad Request")) as port:
        found = check_gateway("carrier.localhost", port, Transport.TLS)
    assert found.failed is Step.TLS
    assert found.error.startswith("The TLS handshake failed (")
