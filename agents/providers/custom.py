"""The customer's own bot behind a WebSocket that speaks Media Streams. It handles voicemail and silence itself."""

from agents.providers.base import Provider, openai_url

ADAPTER = Provider(
    uses=frozenset({"custom_endpoint"}), needs=("custom_endpoint",), base_url=openai_url, metadata_is_variables=True
)
