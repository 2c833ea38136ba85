"""Cartesia. Source: https://docs.cartesia.ai/api-reference/voices/list ."""

from agents.vendors.base import Vendor, at

VERSION = "2026-03-01"
VENDOR = Vendor(
    at("cartesia", "https://api.cartesia.ai"),
    "/voices?limit=1",
    lambda account: {"Authorization": f"Bearer {account.key}", "Cartesia-Version": VERSION},
)
