"""OpenAI Realtime: one model hears, thinks and speaks."""

from agents.providers.base import ANALYSIS, BOT, EMBEDS, KeyCheck, Provider, openai_url


def _request(key: str, agent_id: str) -> tuple[str, dict[str, str]]:
    """Source: https://platform.openai.com/docs/api-reference/models/list ."""
    return f"{openai_url()}/models", {"Authorization": f"Bearer {key}"}


ADAPTER = Provider(
    uses=BOT | ANALYSIS | EMBEDS | {"stored_key", "base_url", "llm_model", "stt_model"},
    needs=("provider_key",),
    base_url=openai_url,
    key_check=KeyCheck(_request),
)
