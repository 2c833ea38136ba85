"""Client of the running sandbox for the commands."""

from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import CommandError
from livekit import api

SECONDS_TO_ANSWER = 10.0


def ask_sandbox(path: str, body: dict[str, Any], grants: api.SIPGrants) -> dict[str, Any]:
    """Post to the sandbox of the LIVEKIT_ variables. Raise `CommandError` if it refuses or is not a sandbox."""
    if not settings.LIVEKIT_URL:
        raise CommandError("No sandbox is configured. Start `make run`, or set the LIVEKIT_ variables.")
    token = api.AccessToken(settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET).with_sip_grants(grants).to_jwt()
    url = settings.LIVEKIT_URL.replace("ws", "http", 1).rstrip("/") + path
    try:
        answer = httpx.post(url, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=SECONDS_TO_ANSWER)
    except httpx.HTTPError as error:
        raise CommandError(f"The sandbox at {settings.LIVEKIT_URL} does not respond ({error}).") from None
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise CommandError(f"{settings.LIVEKIT_URL} is not a sandbox. Calls can be simulated in the sandbox only.")
    found: dict[str, Any] = answer.json()
    if answer.is_error:
        raise CommandError(f"The sandbox rejected the request: {found['error']}")
    return found
