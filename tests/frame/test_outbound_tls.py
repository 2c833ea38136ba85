"""TLS is checked against the name, though the socket goes to an address that we chose."""

import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificates import write_certificate
from tests.receiver import Receiver, receiver
from voxa.core.http import outbound
from voxa.core.http.outbound import OutboundError, Policy, send

POLICY = Policy((ipaddress.ip_network("127.0.0.0/8"),), resolver=lambda host, timeout: ["127.0.0.1"])


@pytest.fixture
def secure_web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A server for hooks.example.com whose authority we trust."""
    certificate, key = write_certificate(tmp_path, "hooks.example.com")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    outbound._tls.cache_clear()
    with receiver(context) as box:
        yield box
    outbound._tls.cache_clear()


def test_the_certificate_is_checked_against_the_name(secure_web: Receiver) -> None:
    assert send("POST", secure_web.url(host="hooks.example.com"), policy=POLICY, content=b"hello").ok
    assert secure_web.requests[0].headers["host"] == f"hooks.example.com:{secure_web.port}"


def test_a_certificate_of_another_name_is_refused(secure_web: Receiver) -> None:
    with pytest.raises(OutboundError, match="certificate"):
        send("POST", secure_web.url(host="other.example.com"), policy=POLICY)
    assert secure_web.requests == []
