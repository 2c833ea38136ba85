"""xAI. Source: https://docs.x.ai/docs/api-reference ."""

from agents.vendors.base import Vendor, at, bearer

VENDOR = Vendor(at("xai", "https://api.x.ai"), "/v1/api-key", bearer, openai_url="https://api.x.ai/v1")
