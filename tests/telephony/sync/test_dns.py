"""Looking up names: the hosts file, a name server of our own, and one that never answers."""

import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.message
import dns.rrset
import pytest

from telephony.sync.dns import LIFETIME, LOOPBACK, look_up, look_up_all

ZONE = {("sip.example.com.", "A"): "192.0.2.7", ("sip.example.com.", "AAAA"): "2001:db8::7"}


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, socket = self.request
        query = dns.message.from_wire(data)
        question = query.question[0]
        answer = dns.message.make_response(query)
        kind = dns.rdatatype.to_text(question.rdtype)
        if found := ZONE.get((str(question.name), kind)):
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, found))
        elif (str(question.name), "A") not in ZONE:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        socket.sendto(answer.to_wire(), self.client_address)


@pytest.fixture
def name_server(settings: Any) -> Iterator[None]:
    """A name server on a free port that knows `ZONE`."""
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        settings.DNS_NAMESERVERS = [f"127.0.0.1@{server.server_address[1]}"]
        yield
        server.shutdown()
        thread.join()


def test_both_families_are_asked_for(name_server: None) -> None:
    assert look_up("sip.example.com").addresses == ("192.0.2.7", "2001:db8::7")


def test_a_name_that_does_not_exist_is_said(name_server: None) -> None:
    answer = look_up("nowhere.example.com")
    assert (answer.addresses, answer.error) == ((), "The name does not exist.")


def test_the_hosts_file_comes_first(settings: Any, tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("# a comment\n10.1.2.3  gateway.internal gw # the lab\nnot-an-address gw\n")
    settings.DNS_HOSTS_FILE = str(hosts)
    assert look_up("GATEWAY.internal").addresses == ("10.1.2.3",)


@pytest.mark.parametrize("name", ["localhost", "carrier.localhost", "carrier.localhost."])
def test_localhost_is_never_asked_of_a_name_server(name: str) -> None:
    assert look_up(name).addresses == LOOPBACK


def test_a_silent_name_server_costs_a_bounded_time_once_for_all(settings: Any) -> None:
    with socketserver.UDPServer(("127.0.0.1", 0), _Handler) as silent:
        settings.DNS_NAMESERVERS = [f"127.0.0.1@{silent.server_address[1]}"]
        started = time.monotonic()
        answers = look_up_all([f"gw{n}.example.com" for n in range(8)])
    assert all(answer.error for answer in answers.values())
    assert time.monotonic() - started < 8 * LIFETIME
