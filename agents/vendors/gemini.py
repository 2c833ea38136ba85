"""Gemini by the API key of Google AI Studio, which serves OpenAI's API too.

Sources: https://ai.google.dev/api/models and https://ai.google.dev/gemini-api/docs/openai .
"""

from agents.vendors.base import Vendor, at

VENDOR = Vendor(
    at("gemini", "https://generativelanguage.googleapis.com"),
    "/v1beta/models?pageSize=1",
    lambda account: {"x-goog-api-key": account.key},
    openai_url="https://generativelanguage.googleapis.com/v1beta/openai",
)
