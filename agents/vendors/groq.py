"""Groq. Source: https://console.groq.com/docs/api-reference ."""

from agents.vendors.base import Vendor, at, bearer

VENDOR = Vendor(
    at("groq", "https://api.groq.com"), "/openai/v1/models", bearer, openai_url="https://api.groq.com/openai/v1"
)
