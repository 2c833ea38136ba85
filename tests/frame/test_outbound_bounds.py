"""A call ends in bounded time and keeps a bounded answer."""

import ipaddress
from http.server import BaseHTTPRequestHandler

import pytest

from tests.receiver import Receiver, answer
from voxa.core.http.outbound import Answer, Limits, OutboundError, Policy, send

POLICY = Policy((ipaddress.ip_network("127.0.0.0/8"),), allow_http=True)


def call(web: Receiver, **bounds: float) -> Answer:
    return send("POST", web.url(), policy=POLICY, limits=Limits(**bounds))  # type: ignore[arg-type]


def test_a_silent_server_is_given_up(web: Receiver) -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        web.stop_waiting.wait(30)

    web.respond = respond
    with pytest.raises(OutboundError, match="did not respond in time"):
        call(web, read=0.1)


def drip(web: Receiver, piece: bytes) -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        if not piece.startswith(b"X-"):
            handler.send_response(200)
            handler.end_headers()
        else:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not web.stop_waiting.wait(0.02):
            handler.wfile.write(piece)

    web.respond = respond


@pytest.mark.parametrize("piece", [b"X-A: b\r\n", b"x"])
def test_a_server_that_drips_headers_or_body_is_given_up(web: Receiver, piece: bytes) -> None:
    drip(web, piece)
    with pytest.raises(OutboundError, match="did not respond in time"):
        call(web, read=5, total=0.4)


def test_of_a_huge_answer_only_the_beginning_is_read(web: Receiver) -> None:
    drip(web, b"y" * 100_000)
    result = call(web, max_bytes=1_000)
    assert (result.body, result.truncated, result.ok) == (b"y" * 1_000, True, True)


def test_headers_without_end_are_given_up(web: Receiver) -> None:
    drip(web, b"X-A: " + b"b" * 60_000 + b"\r\n")
    with pytest.raises(OutboundError, match="failed"):
        call(web, total=10)


def test_a_compressed_answer_is_not_unpacked(web: Receiver) -> None:
    web.respond = answer(200, b"\x1f\x8b-as-it-came", Content_Encoding="gzip")
    assert call(web).body == b"\x1f\x8b-as-it-came"
    assert web.requests[0].headers["accept-encoding"] == "identity"


def test_the_body_stays_out_of_the_repr(web: Receiver) -> None:
    web.respond = answer(200, b"private words")
    assert "private words" not in repr(call(web))
