"""ElevenLabs: an agent that is built there."""

from urllib.parse import quote

from django.conf import settings

from agents.providers.base import BOT, KeyCheck, Provider


def _base_url() -> str:
    return str(settings.ELEVENLABS_BASE_URL)


def _request(key: str, agent_id: str) -> tuple[str, dict[str, str]]:
    """Source: https://elevenlabs.io/docs/api-reference/agents/get ."""
    return f"{_base_url()}/v1/convai/agents/{quote(agent_id, safe='')}", {"xi-api-key": key}


ADAPTER = Provider(
    uses=BOT | {"stored_key", "base_url", "provider_agent_id"},
    needs=("provider_key", "provider_agent_id"),
    base_url=_base_url,
    key_check=KeyCheck(_request, unknown_agent=frozenset({404, 422})),
    own_placeholders=("system__", "secret__"),
    metadata_is_variables=True,
)
