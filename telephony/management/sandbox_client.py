"""What the commands ask of the running sandbox."""

from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import CommandError
from livekit import api

SECONDS_TO_ANSWER = 10.0


def ask_sandbox(path: str, body: dict[str, Any], grants: api.SIPGrants) -> dict[str, Any]:
    """Post to the sandbox that the LIVEKIT_ variables name. Raises CommandError where it refuses or is none."""
    if not settings.LIVEKIT_URL:
        raise CommandError("No sandbox is known. Start `make run`, or name a sandbox with the LIVEKIT_ variables.")
    token = api.AccessToken(settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET).with_sip_grants(grants).to_jwt()
    url = settings.LIVEKIT_URL.replace("ws", "http", 1).rstrip("/") + path
    try:
        answer = httpx.post(url, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=SECONDS_TO_ANSWER)
    except httpx.HTTPError as error:
        raise CommandError(f"The sandbox at {settings.LIVEKIT_URL} does not answer ({error}).") from None
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise CommandError(f"{settings.LIVEKIT_URL} is not a sandbox. Only the sandbox plays calls.")
    found: dict[str, Any] = answer.json()
    if answer.is_error:
        raise CommandError(f"The sandbox refused: {found['error']}")
    return found
