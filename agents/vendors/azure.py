"""Azure Speech, in the region of the resource.

Source: https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech .
"""

from agents.vendors.base import Vendor, at

VENDOR = Vendor(
    at("azure", "https://{region}.tts.speech.microsoft.com"),
    "/cognitiveservices/voices/list",
    lambda account: {"Ocp-Apim-Subscription-Key": account.key},
    has_regions=True,
)
