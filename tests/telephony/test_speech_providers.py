"""A pipeline's speech may be streamed by a provider, with the workspace's key of that provider and no other."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from rest_framework.test import APIClient

from accounts.models import Workspace
from agents.choices import SttProvider, TtsProvider
from agents.providers import PROVIDERS
from agents.vendors import VENDORS
from telephony.models import Agent, ProviderKey
from telephony.services.agent_revisions import restore, revision
from telephony.services.agents import create_agent, update_agent
from telephony.services.errors import Conflict, Problems
from telephony.services.pinned import as_pinned
from telephony.services.provider_keys import create_key, delete_key
from tests.telephony.conftest import AGENTS
from tests.telephony.test_provider_keys import service_account

pytestmark = pytest.mark.django_db

DEEPGRAM = {"ai_provider": "pipeline", "stt_provider": "deepgram"}


def key_of(workspace: Workspace, provider: str) -> ProviderKey:
    where = {"region": "westeurope"} if VENDORS[provider].has_regions else {}
    key = service_account() if provider == "google" else f"k-of-{provider}"
    return create_key(workspace, {"name": provider, "provider": provider, "key": key, **where})


def refusals(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.json()
    return {one["field"]: one["message"] for one in answer.json()["error"]["details"]}


@pytest.fixture
def keys(acme: Workspace) -> dict[str, ProviderKey]:
    return {name: key_of(acme, name) for name in {*SttProvider.values, *TtsProvider.values}}


@pytest.mark.parametrize("kind", ["stt", "tts"])
def test_what_is_missing_or_wrong_is_named_with_the_remedy(
    api: APIClient, keys: dict[str, ProviderKey], globex: Workspace, kind: str
) -> None:
    provider, key, url = f"{kind}Provider", f"{kind}KeyId", f"{kind}Url"
    foreign, mine = str(key_of(globex, "deepgram").pk), str(keys["deepgram"].pk)

    def made(**fields: Any) -> dict[str, str]:
        return refusals(api.post(AGENTS, {"name": "A", "aiProvider": "pipeline", **fields}))

    assert "Choose a key of Deepgram" in made(**{provider: "deepgram"})[key]
    assert "a key of Cartesia. Choose" in made(**{provider: "deepgram", key: str(keys["cartesia"].pk)})[key]
    assert "no provider key with this id" in made(**{provider: "deepgram", key: foreign})[key]
    assert "Enter deepgram" in made(**{key: mine})[provider]
    own = made(**{provider: "deepgram", key: mine, url: "https://models.example.com/v1"})
    assert own == {url: "Deepgram is called at its own address. Empty this URL."}
    assert list(made(**{provider: "openai", key: mine})) == [provider]


def test_assemblyai_speaks_nothing(api: APIClient, keys: dict[str, ProviderKey]) -> None:
    body = {"name": "A", "aiProvider": "pipeline", "ttsProvider": "assemblyai", "ttsKeyId": str(keys["assemblyai"].pk)}
    assert "ttsProvider" in refusals(api.post(AGENTS, body))


def test_emptying_the_provider_drops_its_key(api: APIClient, keys: dict[str, ProviderKey]) -> None:
    body = {"name": "A", "aiProvider": "pipeline", "sttProvider": "deepgram", "sttKeyId": str(keys["deepgram"].pk)}
    made = api.post(AGENTS, body).json()
    assert (made["sttProvider"], made["sttKeyId"]) == ("deepgram", body["sttKeyId"])
    assert "sttKeyId" in refusals(api.patch(f"{AGENTS}/{made['id']}", {"sttKeyId": None}))
    changed = api.patch(f"{AGENTS}/{made['id']}", {"sttProvider": ""}).json()
    assert (changed["sttProvider"], changed["sttKeyId"]) == ("", None)


@pytest.mark.parametrize(
    ("provider", "url"),
    [
        ("deepgram", "https://api.deepgram.com"),
        ("cartesia", "https://proxy.example.com"),
        ("elevenlabs", "http://127.0.0.1:9"),
        ("assemblyai", "https://streaming.assemblyai.com"),
        ("groq", "https://api.groq.com"),
        ("azure", "https://westeurope.stt.speech.microsoft.com"),
        ("xai", "https://xai.example.com"),
        ("google", "https://eu-speech.googleapis.com"),
    ],
)
def test_the_worker_gets_the_key_and_the_operators_address(
    settings: Any, acme: Workspace, keys: dict[str, ProviderKey], provider: str, url: str
) -> None:
    settings.PROVIDER_URLS = {
        "cartesia": "https://proxy.example.com",
        "xai": "https://xai.example.com/",
        "google_recognition": "https://eu-speech.googleapis.com",
    }
    speech = {"stt_provider": provider, "stt_key": keys[provider]}
    told = PROVIDERS["pipeline"].for_worker(create_agent(acme, {"name": "A", "ai_provider": "pipeline", **speech}))
    assert told["stt"] == {"provider": provider, "key": keys[provider].key, "url": url}
    assert told["tts"] is None
    assert url in told["guard"]["trusted"]


def test_azure_speaks_at_another_host_than_it_hears(
    settings: Any, acme: Workspace, keys: dict[str, ProviderKey]
) -> None:
    settings.PROVIDER_URLS = {}
    azure = keys["azure"]
    speech = {"stt_provider": "azure", "stt_key": azure, "tts_provider": "azure", "tts_key": azure}
    told = PROVIDERS["pipeline"].for_worker(create_agent(acme, {"name": "A", "ai_provider": "pipeline", **speech}))
    assert [told[kind]["url"] for kind in ("stt", "tts")] == [
        "https://westeurope.stt.speech.microsoft.com",
        "https://westeurope.tts.speech.microsoft.com",
    ]


def test_a_key_in_use_is_not_deleted(acme: Workspace, keys: dict[str, ProviderKey]) -> None:
    speech = {"tts_provider": "cartesia", "tts_key": keys["cartesia"]}
    create_agent(acme, {"name": "Reception", "ai_provider": "pipeline", **speech})
    with pytest.raises(Conflict, match="Reception"):
        delete_key(keys["cartesia"])


def test_an_earlier_revision_gets_no_key_of_another_provider(acme: Workspace, keys: dict[str, ProviderKey]) -> None:
    agent = create_agent(acme, {"name": "A", **DEEPGRAM, "stt_key": keys["deepgram"]})
    agent = update_agent(agent, {"stt_provider": "cartesia", "stt_key": keys["cartesia"]})
    told = PROVIDERS["pipeline"].for_worker(as_pinned(agent, 1))
    assert told["stt"] == {"provider": "deepgram", "key": "", "url": ""}
    with pytest.raises(ValidationError, match="Choose a key of Deepgram"):
        restore(agent, revision(agent, 1), "", Problems())
    update_agent(agent, {"stt_provider": ""})
    agent = Agent.objects.get(pk=agent.pk)
    assert restore(agent, revision(agent, 3), "", Problems()).stt_key is None
