"""Who LiveKit lets in."""

import time
from typing import Any

import httpx
import jwt
import pytest

from tests.live.servers import LiveKitEndpoint

LIST = "/twirp/livekit.SIP/ListSIPInboundTrunk"


def claims(server: LiveKitEndpoint, *, valid_in: int = 0, expires_in: int = 600, **changes: Any) -> dict[str, Any]:
    """Return a token's content; `valid_in` and `expires_in` are seconds from now."""
    now = int(time.time())
    times = {"nbf": now + valid_in, "exp": now + expires_in}
    made = {"iss": server.key, **times, "sip": {"admin": True}, **changes}
    return {name: value for name, value in made.items() if value is not None}


def ask(server: LiveKitEndpoint, header: str | None) -> httpx.Response:
    headers = {"Content-Type": "application/protobuf"} | ({"Authorization": header} if header is not None else {})
    return httpx.post(server.http_url + LIST, headers=headers)


def ask_with(server: LiveKitEndpoint, *, secret: str = "", algorithm: str = "HS256", **changes: Any) -> httpx.Response:
    token = jwt.encode(claims(server, **changes), secret or server.secret, algorithm=algorithm)
    return ask(server, f"Bearer {token}")


def test_the_key_and_the_admin_grant_are_let_in(server: LiveKitEndpoint) -> None:
    answer = ask_with(server)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/protobuf")


@pytest.mark.parametrize(
    "changes",
    [
        {"sip": None},
        {"sip": {"admin": False}},
        {"sip": {"call": True}},
        {"sip": None, "video": {"roomAdmin": True, "room": "lobby"}},
    ],
)
def test_a_token_without_the_grant_is_refused_in_json(server: LiveKitEndpoint, changes: dict[str, Any]) -> None:
    answer = ask_with(server, **changes)
    assert answer.status_code == 401
    assert answer.json() == {"code": "unauthenticated", "msg": "permissions denied"}


def test_no_token_is_no_grant(server: LiveKitEndpoint) -> None:
    answer = ask(server, None)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "another-secret-of-32-characters-or-more"},
        {"algorithm": "HS512"},
        {"iss": "unknown"},
        {"iss": None},
        {"expires_in": -120},
        {"valid_in": 300},
    ],
)
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_token_that_is_not_good_is_refused_in_plain_text(server: LiveKitEndpoint, changes: dict[str, Any]) -> None:
    answer = ask_with(server, **changes)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("header", ["Basic x", "Bearer x", "Bearer x.y.z", "bearer x"])
def test_what_is_no_token_is_refused(server: LiveKitEndpoint, header: str) -> None:
    assert ask(server, header).status_code == 401


def test_a_clock_may_be_a_minute_off(server: LiveKitEndpoint) -> None:
    assert ask_with(server, expires_in=-30).status_code == 200
    assert ask_with(server, valid_in=30).status_code == 200


def test_a_token_without_expiry_is_taken(server: LiveKitEndpoint) -> None:
    assert ask_with(server, exp=None, aud="anyone", sub="me").status_code == 200
