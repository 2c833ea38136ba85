"""Three models of the customer's choice: speech to text, language, speech.

Each is behind an API that speaks OpenAI's protocol; speech may be that of a provider whose own protocol streams it.
"""

from agents.providers.base import ANALYSIS, BOT, EMBEDS, Provider, openai_url

ADAPTER = Provider(
    uses=BOT
    | ANALYSIS
    | EMBEDS
    | {"stored_key", "base_url", "stt_url", "tts_url", "llm_model", "stt_model", "tts_model"}
    | {"stt_provider", "stt_key", "tts_provider", "tts_key"},
    needs=(),  # models of one's own often want no key
    base_url=openai_url,
)
