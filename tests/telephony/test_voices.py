"""Voices come from the provider with a key of the workspace, in the form of its published API, and are kept per key."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from telephony.services.provider_keys import create_key, update_key
from tests.conftest import ApiFor
from tests.receiver import Receiver, answer, receiver

pytestmark = pytest.mark.django_db

VOICES = "/v1/voices"
ELEVENLABS = {"name": "ElevenLabs", "provider": "elevenlabs", "key": "el-1"}
RACHEL = {
    "voice_id": "21m00", "name": "Rachel", "labels": {"accent": "american", "gender": "female"},
    "verified_languages": [{"language": "en", "locale": "en-US"}, {"language": "de", "locale": None}],
}  # fmt: skip
ADAM = {"voice_id": "pNInz", "name": "Adam", "labels": {"language": "en"}, "verified_languages": None}
LISTS: dict[str, tuple[str, Any, list[dict[str, Any]]]] = {
    "cartesia": (
        "/voices?limit=100",
        {"data": [{"id": "a0e99", "name": "Ada", "language": "de", "description": "Calm"}], "has_more": False},
        [{"id": "a0e99", "name": "Ada", "languages": ["de"], "description": "Calm"}],
    ),
    "deepgram": (
        "/v1/models",
        {"stt": [], "tts": [{
            "name": "angus", "canonical_name": "aura-angus-en", "language": "en",
            "metadata": {"accent": "Irish", "tags": ["masculine"]},
        }]},
        [{"id": "aura-angus-en", "name": "angus", "languages": ["en"], "description": "Irish, masculine"}],
    ),
    "xai": (
        "/v1/tts/voices",
        {"voices": [
            {"voice_id": "eve", "name": "Eve", "language": "multilingual"},
            {"voice_id": "una", "name": "Una", "language": "de", "gender": "female"},
        ]},
        [
            {"id": "eve", "name": "Eve", "languages": [], "description": ""},
            {"id": "una", "name": "Una", "languages": ["de"], "description": "female"},
        ],
    ),
    "azure": (
        "/cognitiveservices/voices/list",
        [{"ShortName": "en-US-AvaNeural", "DisplayName": "Ava", "Locale": "en-US", "Gender": "Female"}],
        [{"id": "en-US-AvaNeural", "name": "Ava", "languages": ["en-US"], "description": "Female"}],
    ),
}  # fmt: skip


@pytest.fixture
def provider(settings: Any) -> Iterator[Receiver]:
    cache.clear()
    with receiver() as box:
        settings.ELEVENLABS_BASE_URL = f"http://127.0.0.1:{box.port}"
        settings.PROVIDER_URLS = dict.fromkeys(settings.PROVIDER_URLS, settings.ELEVENLABS_BASE_URL)
        box.respond = answer(200, json.dumps({"voices": [RACHEL], "has_more": False}).encode())
        yield box


@pytest.mark.parametrize("name", LISTS)
def test_a_providers_list_is_read_in_its_own_form(
    api: APIClient, acme: Workspace, provider: Receiver, name: str
) -> None:
    path, page, expected = LISTS[name]
    provider.respond = answer(200, json.dumps(page).encode())
    create_key(acme, {"name": name, "provider": name, "key": "k-1", "region": "westeurope" * (name == "azure")})
    assert api.get(f"{VOICES}?provider={name}").json() == {"results": expected}
    assert [one.path for one in provider.requests] == [path]


def test_every_page_of_a_list_is_read(api: APIClient, acme: Workspace, provider: Receiver) -> None:
    def pages(handler: BaseHTTPRequestHandler) -> None:
        last = "next_page_token" in handler.path
        page = {"voices": [ADAM if last else RACHEL], "has_more": not last, "next_page_token": None if last else "t/2"}
        answer(200, json.dumps(page).encode())(handler)

    provider.respond = pages
    create_key(acme, ELEVENLABS)
    assert api.get(f"{VOICES}?provider=elevenlabs").json()["results"] == [
        {"id": "pNInz", "name": "Adam", "languages": ["en"], "description": ""},
        {"id": "21m00", "name": "Rachel", "languages": ["en-US", "de"], "description": "female, american"},
    ]
    assert [one.headers["xi-api-key"] for one in provider.requests] == ["el-1", "el-1"]


def test_a_list_is_kept_until_the_key_is_another(api: APIClient, acme: Workspace, provider: Receiver) -> None:
    key = create_key(acme, ELEVENLABS)
    first = [api.get(f"{VOICES}?provider=elevenlabs&keyId={key.pk}").json() for _ in range(2)]
    assert (first[0] == first[1], len(provider.requests)) == (True, 1)
    update_key(key, {"key": "el-2"})
    assert api.get(f"{VOICES}?provider=elevenlabs").status_code == 200
    assert [one.headers["xi-api-key"] for one in provider.requests] == ["el-1", "el-2"]


@pytest.mark.parametrize(
    ("status", "body", "expected", "code"),
    [(401, b"", 409, "key_refused"), (500, b"", 503, "provider_unavailable"), (302, b"", 503, "provider_unavailable"),
     (200, b"<html>", 503, "provider_unavailable"), (200, b"[]", 503, "provider_unavailable")],
)  # fmt: skip
def test_what_the_provider_does_not_list_is_told_without_the_key(
    api: APIClient, acme: Workspace, provider: Receiver, status: int, body: bytes, expected: int, code: str
) -> None:
    provider.respond = answer(status, body)
    create_key(acme, ELEVENLABS)
    found = api.get(f"{VOICES}?provider=elevenlabs")
    assert (found.status_code, found.json()["error"]["code"]) == (expected, code)
    assert "el-1" not in found.content.decode()


@pytest.mark.parametrize("query", ["", "?provider=acme", "?provider=groq", "?provider=elevenlabs&keyId=x"])
def test_a_wrong_question_is_refused_with_the_choices(api: APIClient, query: str) -> None:
    found = api.get(f"{VOICES}{query}")
    (detail,) = found.json()["error"]["details"]
    assert (found.status_code, detail["field"]) == (400, "keyId" if "keyId" in query else "provider")


def test_no_key_of_another_workspace_is_used(
    api: APIClient, api_for: ApiFor, acme: Workspace, globex: Workspace, provider: Receiver
) -> None:
    key = create_key(acme, ELEVENLABS)
    foreign = api_for(globex, Scope.AGENTS_READ)
    for query in ("provider=elevenlabs", f"provider=elevenlabs&keyId={key.pk}"):
        found = foreign.get(f"{VOICES}?{query}")
        assert (found.status_code, found.json()["error"]["code"]) == (409, "no_provider_key")
    assert provider.requests == []
