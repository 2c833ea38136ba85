"""livekit-api with a reused token for trunks and rules only: signing one is a third of a request's work."""

import time
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from livekit import api

TOKEN_LIFE = timedelta(minutes=5)
TOKEN_REUSE = 60.0  # seconds, well within its lifetime and LiveKit's allowed clock difference of a minute


@dataclass(frozen=True, slots=True)
class _Held:
    session: aiohttp.ClientSession
    made: float  # seconds since the epoch
    server: api.LiveKitAPI


class SipAdmin:
    """Belongs to one client and is only used in the loop's thread."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self._url, self._key, self._secret = url, key, secret
        self._held: _Held | None = None

    def server(self, session: aiohttp.ClientSession) -> api.LiveKitAPI:
        """Return the library's client; a new one for a new session (after a fork) or if the clock was set back."""
        now = time.time()
        if self._held is None or self._held.session is not session or not 0 <= now - self._held.made < TOKEN_REUSE:
            token = api.AccessToken(self._key, self._secret).with_ttl(TOKEN_LIFE)
            token = token.with_sip_grants(api.SIPGrants(admin=True))
            server = api.LiveKitAPI.with_token(token.to_jwt(), self._url, session=session, failover=False)
            self._held = _Held(session, now, server)
        return self._held.server
