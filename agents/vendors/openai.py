"""OpenAI, and every server with its API. Source: https://platform.openai.com/docs/api-reference/models/list ."""

from agents.providers.base import openai_url
from agents.vendors.base import Vendor, bearer

VENDOR = Vendor(lambda _: openai_url(), "/models", bearer, has_servers=True)
