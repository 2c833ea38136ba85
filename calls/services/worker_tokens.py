"""Tokens of agent workers: signed with a LiveKit project's secret for Voxa's audience, with the room they serve."""

from dataclasses import dataclass
from typing import Any

import jwt

from telephony.models import LiveKitProject
from telephony.selectors import projects_with_key

AUDIENCE = "voxa-worker"
LONGEST = 300  # maximum lifetime in seconds
LEEWAY = 30  # allowed clock difference in seconds


class BadToken(Exception):
    """Raised for an invalid worker token, with the reason as message."""


@dataclass(frozen=True)
class WorkerToken:
    """Content of a token: the project whose secret signed it, and the room; the room is empty for the worker itself."""

    project: LiveKitProject
    room: str


def read_token(text: str) -> WorkerToken:
    """Verify a token. Raise `BadToken` if invalid, also for LiveKit's own tokens, such as one to join a room."""
    try:
        issuer = jwt.decode(text, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, UnicodeError):
        raise BadToken("The token cannot be parsed.") from None
    for project in projects_with_key(issuer if isinstance(issuer, str) else ""):
        if project.is_configured and (claims := _claims(text, project)) is not None:
            room = claims.get("room", "")
            if not isinstance(room, str) or "video" in claims:
                raise BadToken("The token is not a worker token.")
            if claims["exp"] - claims["iat"] > LONGEST:
                raise BadToken(f"A token must expire within {LONGEST} s.")
            return WorkerToken(project, room)
    raise BadToken(
        "The token is not signed with a LiveKit project's secret for the audience voxa-worker, or it has expired."
    )


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
