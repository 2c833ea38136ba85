"""ElevenLabs. Source: https://elevenlabs.io/docs/api-reference/models/list ."""

from django.conf import settings

from agents.vendors.base import Vendor

VENDOR = Vendor(lambda _: str(settings.ELEVENLABS_BASE_URL), "/v1/models", lambda account: {"xi-api-key": account.key})
