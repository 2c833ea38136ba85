"""AssemblyAI. Source: https://www.assemblyai.com/docs/api-reference/transcripts/list ."""

from agents.vendors.base import Vendor, at

VENDOR = Vendor(
    at("assemblyai", "https://api.assemblyai.com"),
    "/v2/transcript?limit=1",
    lambda account: {"Authorization": account.key},
    stt_url=at("assemblyai_streaming", "https://streaming.assemblyai.com"),
)
