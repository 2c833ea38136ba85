"""Deepgram. Source: https://developers.deepgram.com/guides/fundamentals/authenticating ."""

from agents.vendors.base import Vendor, at

VENDOR = Vendor(
    at("deepgram", "https://api.deepgram.com"),
    "/v1/auth/token",
    lambda account: {"Authorization": f"Token {account.key}"},
)
