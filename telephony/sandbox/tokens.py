"""LiveKit access tokens, verified as the server does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from telephony.sandbox.errors import TwirpError

LEEWAY = 60  # seconds that a token is valid after its expiry, as in livekit-server


class InvalidToken(Exception):
    """The token is invalid. LiveKit responds with a 401 in plain text."""


@dataclass(frozen=True, slots=True)
class Grants:
    """A token's grants."""

    sip: Mapping[str, Any]
    video: Mapping[str, Any]

    def require_sip_admin(self) -> None:
        """Raise TwirpError unless the token may manage trunks and rules."""
        _require(self.sip.get("admin"))

    def require_sip_call(self) -> None:
        """Raise TwirpError unless the token may place calls."""
        _require(self.sip.get("call"))

    def require_room_create(self) -> None:
        """Raise TwirpError unless the token may create and delete rooms."""
        _require(self.video.get("roomCreate"))

    def require_room_list(self) -> None:
        """Raise TwirpError unless the token may list rooms."""
        _require(self.video.get("roomList"))

    def require_room_record(self) -> None:
        """Raise TwirpError unless the token may record rooms."""
        _require(self.video.get("roomRecord"))

    def require_room_admin(self, room: str) -> None:
        """Raise TwirpError unless the token may administer this room."""
        _require(self.video.get("roomAdmin") is True and self.video.get("room", "") == room)


def _require(granted: object) -> None:
    if granted is not True:
        raise TwirpError("unauthenticated", "permissions denied")


def grants_of(header: str | None, keys: Mapping[str, str]) -> Grants:
    """Return the grants of an Authorization header; none without one. Raises InvalidToken."""
    if header is None:
        return Grants({}, {})
    if not header.startswith("Bearer "):
        raise InvalidToken("invalid authorization header. Must start with Bearer ")
    token = header.removeprefix("Bearer ")
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except jwt.InvalidTokenError:
        raise InvalidToken("invalid authorization token") from None
    if not isinstance(issuer, str) or issuer not in keys:
        raise InvalidToken("invalid API key")
    return _verified(token, keys[issuer])


def _verified(token: str, secret: str) -> Grants:
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            leeway=LEEWAY,
            options={"verify_aud": False, "verify_iat": False, "verify_sub": False, "verify_jti": False},
        )
    except jwt.InvalidTokenError as error:
        raise InvalidToken(f"invalid token, error: {error}") from None
    return Grants(_mapping(claims.get("sip")), _mapping(claims.get("video")))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
