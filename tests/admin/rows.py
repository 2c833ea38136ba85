"""A workspace with one row of every kind, and secrets to look for."""

from typing import Any

from accounts.models import ApiKey, Workspace
from accounts.services.keys import create_api_key
from calls.choices import Direction
from calls.models import Call, DoNotCall
from telephony.models import Agent, LiveKitProject, PhoneNumber, Trunk
from telephony.services.agents import create_agent
from telephony.services.analysis_templates import create_template
from telephony.services.endpoints import connect_agent
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk

PASSWORD = "trunk-password-3141"
SIP_PASSWORD = "sip-password-1414"
PROVIDER_KEY = "provider-key-2718"
API_SECRET = "livekit-secret-1618-livekit-secret"


def make_trunk(workspace: Workspace, name: str = "Telnyx", **more: Any) -> Trunk:
    """A trunk with one gateway and credentials."""
    data = {
        "name": name,
        "auth_username": "acme",
        "auth_password": PASSWORD,
        "gateways": [{"ip_or_domain": "192.0.2.10"}],
    }
    return create_trunk(workspace, data | more)


def make_agent(workspace: Workspace, name: str = "Reception") -> Agent:
    """An agent with a secret."""
    return create_agent(workspace, {"name": name, "provider_key": PROVIDER_KEY})


def make_project(name: str = "Own") -> LiveKitProject:
    """A LiveKit project of its own."""
    return LiveKitProject.objects.create(
        name=name, url="wss://livekit.example.com", api_key="key", api_secret=API_SECRET
    )


def furnish(workspace: Workspace, number: str = "+15550100000") -> dict[str, Any]:
    """One row of every kind that the admin shows, by model name, and the text of the API key."""
    trunk, agent = make_trunk(workspace), make_agent(workspace)
    row: PhoneNumber = add_number(trunk, number, agent=agent)
    sip = {"name": "Reception", "sip_username": "reception", "sip_password": SIP_PASSWORD}
    key: ApiKey
    key, text = create_api_key(workspace, "CRM", ["calls:read"])
    settings = workspace.telephony_settings
    call = Call.objects.create(
        workspace=workspace, project=settings.project, direction=Direction.OUTBOUND, to_number="+12025550123",
        from_number=number, number=row, trunk=trunk, agent=agent,
    )  # fmt: skip
    return {
        "calls_call": call,
        "calls_donotcall": DoNotCall.objects.create(workspace=workspace, number="+12025550124"),
        "telephony_trunk": trunk,
        "telephony_agent": agent,
        "telephony_phonenumber": row,
        "telephony_sipendpoint": connect_agent(agent, sip),
        "telephony_telephonysettings": settings,
        "telephony_livekitproject": settings.project,
        "telephony_analysistemplate": create_template(workspace, {"name": "Moods", "schema": {"type": "object"}}),
        "accounts_apikey": key,
        "accounts_workspace": workspace,
        "text": text,
    }
