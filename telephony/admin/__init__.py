"""The admin of trunks, numbers, agents and LiveKit projects."""

from telephony.admin.agent import AgentAdmin
from telephony.admin.analysis_template import AnalysisTemplateAdmin
from telephony.admin.knowledge import KnowledgeSourceAdmin
from telephony.admin.mcp_server import McpServerAdmin
from telephony.admin.number import PhoneNumberAdmin
from telephony.admin.project import LiveKitProjectAdmin
from telephony.admin.provider_key import ProviderKeyAdmin
from telephony.admin.sip_endpoint import SipEndpointAdmin
from telephony.admin.telephony_settings import TelephonySettingsAdmin
from telephony.admin.tool import ToolAdmin
from telephony.admin.trunk import TrunkAdmin

__all__ = [
    "AgentAdmin",
    "AnalysisTemplateAdmin",
    "KnowledgeSourceAdmin",
    "LiveKitProjectAdmin",
    "McpServerAdmin",
    "PhoneNumberAdmin",
    "ProviderKeyAdmin",
    "SipEndpointAdmin",
    "TelephonySettingsAdmin",
    "ToolAdmin",
    "TrunkAdmin",
]
