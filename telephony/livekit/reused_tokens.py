"""livekit-api with reused tokens, each for one kind of request only: signing one is a third of a request's work."""

import time
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

import aiohttp
from livekit import api

TOKEN_LIFE = timedelta(minutes=5)
TOKEN_REUSE = 60.0  # seconds, well within its lifetime and LiveKit's allowed clock difference of a minute


class Rights(Enum):
    """What a reused token permits."""

    TRUNKS = "trunks and rules"
    ROOMS = "create and close rooms"
    DIAL = "dial"

    def grant(self, token: api.AccessToken) -> api.AccessToken:
        """Add them to a token."""
        if self is Rights.ROOMS:
            return token.with_grants(api.VideoGrants(room_create=True))
        return token.with_sip_grants(api.SIPGrants(admin=self is Rights.TRUNKS, call=self is Rights.DIAL))


@dataclass(frozen=True, slots=True)
class _Held:
    session: aiohttp.ClientSession
    made: float  # seconds since the epoch
    server: api.LiveKitAPI


class ReusedTokens:
    """Belongs to one client and is only used in the loop's thread."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self._url, self._key, self._secret = url, key, secret
        self._held: dict[Rights, _Held] = {}

    def server(self, session: aiohttp.ClientSession, rights: Rights) -> api.LiveKitAPI:
        """Return the library's client; a new one for a new session (after a fork) or if the clock was set back."""
        now, held = time.time(), self._held.get(rights)
        if held is None or held.session is not session or not 0 <= now - held.made < TOKEN_REUSE:
            token = rights.grant(api.AccessToken(self._key, self._secret).with_ttl(TOKEN_LIFE))
            server = api.LiveKitAPI.with_token(token.to_jwt(), self._url, session=session, failover=False)
            held = self._held[rights] = _Held(session, now, server)
        return held.server
