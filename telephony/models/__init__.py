"""Models: LiveKit projects, trunks, gateways, numbers, agents and the LiveKit objects that Voxa owns."""

from telephony.models.agent import Agent
from telephony.models.analysis_template import AnalysisTemplate
from telephony.models.gateway import Gateway
from telephony.models.health_check import HealthCheck
from telephony.models.knowledge import KnowledgeFile, KnowledgeSource, Passage
from telephony.models.livekit_object import LiveKitAlias, LiveKitObject
from telephony.models.livekit_project import Installation, LiveKitProject
from telephony.models.mcp_server import McpServer
from telephony.models.phone_number import PhoneNumber
from telephony.models.provider_key import ProviderKey
from telephony.models.seen_queue import SeenQueue
from telephony.models.sip_endpoint import SipEndpoint
from telephony.models.sync_run import SyncRun
from telephony.models.telephony_settings import TelephonySettings
from telephony.models.tool import Tool
from telephony.models.tool_secret import ToolSecret
from telephony.models.trunk import Trunk
from telephony.models.trunk_health import TrunkHealth

__all__ = [
    "Agent",
    "AnalysisTemplate",
    "Gateway",
    "HealthCheck",
    "Installation",
    "KnowledgeFile",
    "KnowledgeSource",
    "LiveKitAlias",
    "LiveKitObject",
    "LiveKitProject",
    "McpServer",
    "Passage",
    "PhoneNumber",
    "ProviderKey",
    "SeenQueue",
    "SipEndpoint",
    "SyncRun",
    "TelephonySettings",
    "Tool",
    "ToolSecret",
    "Trunk",
    "TrunkHealth",
]
