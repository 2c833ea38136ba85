"""Tokens of agent workers: signed by a LiveKit project's secret, for us alone, naming the room they speak for."""

from dataclasses import dataclass
from typing import Any

import jwt

from telephony.models import LiveKitProject
from telephony.selectors import projects_with_key

AUDIENCE = "voxa-worker"
LONGEST = 300  # seconds that a token may live
LEEWAY = 30  # seconds that a worker's clock may differ


class BadToken(Exception):
    """The token is none of a worker's; the message says what is wrong with it."""


@dataclass(frozen=True)
class WorkerToken:
    """What a token says: the project whose secret signed it, and the room, empty for the worker itself."""

    project: LiveKitProject
    room: str


def read_token(text: str) -> WorkerToken:
    """Verify a token. Raises BadToken, also for a token of LiveKit's own, such as one for joining a room."""
    try:
        issuer = jwt.decode(text, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, UnicodeError):
        raise BadToken("This is no token.") from None
    for project in projects_with_key(issuer if isinstance(issuer, str) else ""):
        if project.is_configured and (claims := _claims(text, project)) is not None:
            room = claims.get("room", "")
            if not isinstance(room, str) or "video" in claims:
                raise BadToken("The token is not made for workers.")
            if claims["exp"] - claims["iat"] > LONGEST:
                raise BadToken(f"A token lives {LONGEST} s at most.")
            return WorkerToken(project, room)
    raise BadToken("No LiveKit project's secret signed this token for the audience voxa-worker, or it has expired.")


def _claims(text: str, project: LiveKitProject) -> dict[str, Any] | None:
    try:
        return jwt.decode(
            text,
            project.credentials[1],
            algorithms=["HS256"],
            audience=AUDIENCE,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud"]},
        )
    except jwt.PyJWTError:
        return None
