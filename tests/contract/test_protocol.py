"""The Twirp protocol itself."""

import httpx
import jwt
import pytest

from tests.live.servers import LiveKitEndpoint

PROTOBUF = "application/protobuf"


def post(server: LiveKitEndpoint, path: str, content: bytes = b"", kind: str = PROTOBUF) -> httpx.Response:
    token = jwt.encode({"iss": server.key, "sip": {"admin": True}}, server.secret, algorithm="HS256")
    headers = {"Authorization": f"Bearer {token}"} | ({"Content-Type": kind} if kind else {})
    return httpx.post(server.http_url + path, content=content, headers=headers)


def test_the_root_says_it_is_well(server: LiveKitEndpoint) -> None:
    assert httpx.get(server.http_url).text == "OK"


def test_an_unknown_method_is_a_bad_route(server: LiveKitEndpoint) -> None:
    answer = post(server, "/twirp/livekit.SIP/Nothing")
    assert (answer.status_code, answer.json()) == (
        404,
        {
            "code": "bad_route",
            "msg": 'no handler for path "/twirp/livekit.SIP/Nothing"',
            "meta": {"twirp_invalid_route": "POST /twirp/livekit.SIP/Nothing"},
        },
    )


@pytest.mark.parametrize("path", ["/twirp/livekit.Nothing/List", "/nothing"])
def test_an_unknown_path_is_a_plain_404(server: LiveKitEndpoint, path: str) -> None:
    answer = post(server, path)
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (404, "text/plain")


def test_only_post_is_taken(server: LiveKitEndpoint) -> None:
    answer = httpx.get(server.http_url + "/twirp/livekit.SIP/ListSIPInboundTrunk")
    assert (answer.status_code, answer.json()["code"]) == (404, "bad_route")


@pytest.mark.parametrize(
    ("kind", "status"), [(PROTOBUF, 400), ("application/json", 400), ("text/plain", 404), ("", 404)]
)
def test_a_body_that_cannot_be_read_is_refused(server: LiveKitEndpoint, kind: str, status: int) -> None:
    answer = post(server, "/twirp/livekit.SIP/ListSIPInboundTrunk", b"\xff\xff", kind)
    assert (answer.status_code, answer.json()["code"]) == (status, "malformed" if status == 400 else "bad_route")


def test_json_is_spoken_too(server: LiveKitEndpoint) -> None:
    body = b'{"trunk": {"name": "by hand", "address": "sip.example.com", "numbers": ["*"], "unknown": 1}}'
    made = post(server, "/twirp/livekit.SIP/CreateSIPOutboundTrunk", body, "application/json")
    assert made.status_code == 200
    assert (made.json()["name"], made.json()["numbers"]) == ("by hand", ["*"])
    listed = post(server, "/twirp/livekit.SIP/ListSIPOutboundTrunk", b"{}", "application/json").json()["items"]
    assert made.json()["sip_trunk_id"] in {trunk["sip_trunk_id"] for trunk in listed}
