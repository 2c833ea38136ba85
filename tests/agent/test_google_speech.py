"""Google Cloud recognizes and speaks over gRPC, with a service account of which no address is used."""

import json
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.cloud.speech_v1 import SpeechAsyncClient
from google.cloud.texttospeech import TextToSpeechAsyncClient
from livekit.agents import APIConnectionError, APIConnectOptions

from agents.worker.instructions import Instructions, Speech
from agents.worker.providers.base import ProviderFailed
from agents.worker.providers.speech.google import Place
from tests.agent.conftest import told
from tests.agent.google_speech import google
from tests.agent.speech_servers import HEARD
from tests.agent.test_speech_by_provider import SECONDS, TEXT, heard, spoken


@cache
def key() -> str:
    """Return the file of a service account, with addresses that are not Google's."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    parts = {
        "type": "service_account", "project_id": "acme", "private_key_id": "k1", "client_email": "voxa@acme.example",
        "private_key": private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "token_uri": "https://evil.example/token", "universe_domain": "evil.example",
    }  # fmt: skip
    return json.dumps(parts)


def instructed(url: str, model: str = "", **agent: Any) -> Instructions:
    by = {"provider": "google", "key": key(), "url": url}
    return told(agent=agent, provider={"stt": by, "tts": by, "sttModel": model, "ttsModel": model})


@pytest.mark.parametrize("model", ["", "telephony"])
async def test_speech_is_recognized_by_either_version_of_the_api(model: str) -> None:
    async with google() as server:
        assert await heard(instructed(server.url, model, language="de-AT")) == HEARD
        (asked,) = server.asked
        config = asked.streaming_config.config
        if model:
            assert asked.recognizer == "projects/acme/locations/global/recognizers/_"
            assert (config.model, list(config.language_codes)) == ("telephony", ["de-AT"])
        else:
            assert (config.model, config.language_code) == ("latest_long", "de-AT")


@pytest.mark.parametrize(
    ("voice", "model", "language", "name", "streams"),
    [
        ("", "gemini-2.5-flash-tts", "de-AT", "Charon", True),
        ("Kore", "gemini-2.5-flash-tts", "de-AT", "Kore", True),
        ("en-GB-Chirp3-HD-Charon", "", "en-GB", "en-GB-Chirp3-HD-Charon", True),
        ("de-DE-Neural2-A", "", "de-DE", "de-DE-Neural2-A", False),
    ],
)
async def test_voices_of_each_age_speak(voice: str, model: str, language: str, name: str, streams: bool) -> None:
    async with google() as server:
        assert await spoken(instructed(server.url, voice=voice, language="de-AT"), TEXT) == SECONDS
        (asked,) = server.asked
        used = asked.streaming_config.voice if streams else asked.voice
        assert (used.name, used.model_name, used.language_code) == (name, model, language)
        assert server.spoken == [TEXT]


@pytest.mark.parametrize("kind", [SpeechAsyncClient, TextToSpeechAsyncClient])
async def test_no_address_in_the_key_is_used(kind: Any) -> None:
    place = Place(Speech("google", key(), "https://eu-speech.googleapis.com"))
    client = place.client(kind)
    assert client.transport.host == "eu-speech.googleapis.com:443"
    headers: dict[str, str] = {}
    credentials = client.transport._credentials
    credentials._create_self_signed_jwt(f"https://{kind.DEFAULT_ENDPOINT}/")
    credentials.before_request(
        None, "POST", f"https://{kind.DEFAULT_ENDPOINT}/", headers
    )  # None: no request for a token
    claims = jwt.decode(headers["authorization"].removeprefix("Bearer "), options={"verify_signature": False})
    assert (claims["aud"], claims["iss"]) == (f"https://{kind.DEFAULT_ENDPOINT}/", "voxa@acme.example")
    assert (credentials._token_uri, credentials.universe_domain) == (
        "https://oauth2.googleapis.com/token",
        "googleapis.com",
    )
    assert (place.location, place.project) == ("eu", "acme")
    await client.transport.close()


@pytest.mark.parametrize("wrong", ["k-1", "[]", "{}"])
async def test_another_key_ends_the_call_with_the_remedy(wrong: str) -> None:
    with pytest.raises(ProviderFailed, match="Enter it again"):
        Place(Speech("google", wrong, "https://speech.googleapis.com"))
    assert "k-1" not in repr(Speech("google", "k-1", ""))


async def test_an_unreachable_service_is_noticed() -> None:
    with pytest.raises(APIConnectionError):
        await heard(instructed("http://127.0.0.1:9"), APIConnectOptions(max_retry=0, timeout=0.3))
