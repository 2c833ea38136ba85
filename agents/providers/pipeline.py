"""Three models of the customer's choice behind APIs that speak OpenAI's protocol: speech to text, language, speech."""

from agents.providers.base import ANALYSIS, BOT, EMBEDS, Provider, openai_url

ADAPTER = Provider(
    uses=BOT
    | ANALYSIS
    | EMBEDS
    | {"stored_key", "base_url", "stt_url", "tts_url", "llm_model", "stt_model", "tts_model"},
    needs=(),  # models of one's own often want no key
    base_url=openai_url,
)
