"""Google Cloud. The key is the JSON file of a service account, which signs its own tokens.

Sources: https://google.aip.dev/auth/4111 and
https://cloud.google.com/text-to-speech/docs/reference/rest/v1/voices/list .
"""

import json
import time
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from agents.vendors.base import Account, Vendor, Voice, VoiceList, at

AUDIENCE = "https://texttospeech.googleapis.com/"  # whatever address the operator set
UNIVERSE = "googleapis.com"
TOKEN_URIS = (  # the current one, and those of old files
    "https://oauth2.googleapis.com/token",
    "https://www.googleapis.com/oauth2/v4/token",
    "https://accounts.google.com/o/oauth2/token",
)
PARTS = ("client_email", "private_key", "private_key_id", "project_id")


def read(key: str) -> dict[str, str]:
    """Return the parts of a service account's file, and nothing else: it may name addresses too.

    Raise `ValueError` for anything else.
    """
    try:
        found = json.loads(key)
    except RecursionError:
        raise ValueError from None
    if not isinstance(found, dict) or found.get("type") != "service_account":
        raise ValueError
    parts = {name: value for name in PARTS if isinstance(value := found.get(name), str) and value}
    if len(parts) < len(PARTS):
        raise ValueError
    load_pem_private_key(parts["private_key"].encode(), None)
    return parts


def _headers(account: Account) -> Mapping[str, str]:
    parts, now = read(account.key), int(time.time())
    mail = parts["client_email"]
    claims = {"iss": mail, "sub": mail, "aud": AUDIENCE, "iat": now, "exp": now + 600}
    token = jwt.encode(claims, parts["private_key"], "RS256", {"kid": parts["private_key_id"]})
    return {"Authorization": f"Bearer {token}"}


def _read_voices(page: Any) -> tuple[list[Voice], str]:
    return [
        Voice(one["name"], one["name"], tuple(one["languageCodes"]), str(one.get("ssmlGender", "")).lower())
        for one in page.get("voices", [])
    ], ""


def foreign(key: str) -> str:
    """Return the name of the part of a service account's file with an address that is not Google's, or ""."""
    found = json.loads(key)
    if found.get("token_uri", TOKEN_URIS[0]) not in TOKEN_URIS:
        return "token_uri"
    return "" if found.get("universe_domain", UNIVERSE) == UNIVERSE else "universe_domain"


VENDOR = Vendor(
    at("google", "https://texttospeech.googleapis.com"),
    "/v1/voices?languageCode=en-US",
    _headers,
    stt_url=at("google_recognition", "https://speech.googleapis.com"),
    voices=VoiceList("/v1/voices", _read_voices),
)
