"""On an agent's page voices are chosen from the provider's list, and any other id is typed."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from telephony.models import Agent, ProviderKey
from telephony.services.provider_keys import create_key
from tests.admin.conftest import Browser
from tests.admin.forms import form_of
from tests.admin.rows import make_agent
from tests.receiver import Receiver, answer, receiver

LIST = b'{"data": [{"id": "v-1", "name": "Ada", "language": "en"}], "has_more": false}'


@pytest.fixture
def cartesia(settings: Any) -> Iterator[Receiver]:
    cache.clear()
    with receiver() as box:
        box.respond = answer(200, LIST)
        settings.PROVIDER_URLS = {"cartesia": f"http://127.0.0.1:{box.port}"}
        yield box


@pytest.fixture
def key(acme: Workspace) -> ProviderKey:
    return create_key(acme, {"name": "Main", "provider": "cartesia", "key": "k-1"})


def listed(client: Client, key: object) -> str:
    answered = client.get(reverse("admin:telephony_agent_voices"), {"tts_key": str(key)})
    assert answered.status_code == 200
    return answered.text.strip()


def test_the_voices_of_the_chosen_key_are_proposed(
    acme_admin: User, signed_in: Browser, cartesia: Receiver, key: ProviderKey
) -> None:
    client = signed_in(acme_admin)
    shown = listed(client, key.pk)
    assert '<option value="v-1">Ada (en)</option>' in shown
    assert "1 voices of Main (Cartesia)" in shown
    assert [listed(client, nothing) for nothing in ("", "x", ProviderKey().pk)] == ["", "", ""]


def test_a_provider_without_a_list_leaves_the_voice_to_be_typed(
    acme_admin: User, signed_in: Browser, acme: Workspace
) -> None:
    groq = create_key(acme, {"name": "Fast", "provider": "groq", "key": "k-1"})
    assert (
        listed(signed_in(acme_admin), groq.pk) == "Fast (Groq) has no list of voices. The field takes any voice's id."
    )


def test_an_outsider_sees_no_voices_of_a_key(
    outsider: User, signed_in: Browser, cartesia: Receiver, key: ProviderKey
) -> None:
    assert listed(signed_in(outsider), key.pk) == ""
    assert cartesia.requests == []


@pytest.mark.parametrize(("status", "words"), [(500, "Cartesia returned HTTP 500"), (401, "Cartesia rejects the key")])
def test_a_provider_that_does_not_answer_leaves_the_form_usable(
    acme_admin: User, signed_in: Browser, acme: Workspace, cartesia: Receiver, key: ProviderKey, status: int, words: str
) -> None:
    cartesia.respond = answer(status)
    client, agent = signed_in(acme_admin), make_agent(acme)
    assert words in (shown := listed(client, key.pk))
    assert "any voice" in shown
    address = reverse("admin:telephony_agent_change", args=[agent.pk])
    speech = {"tts_provider": "cartesia", "tts_key": str(key.pk), "voice": "typed-1"}
    form = form_of(client, address) | {"ai_provider": "pipeline", "clear_provider_key": "on", **speech}
    assert client.post(address, form).status_code == 302
    saved = Agent.objects.get(pk=agent.pk)
    assert (saved.tts_key, saved.voice) == (key, "typed-1")
