"""Demo data for trying Voxa on the sandbox."""

from django.db import transaction

from accounts.models import Workspace
from telephony.models import PhoneNumber
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk

NUMBER = "+12025550100"  # 555-0100 to 555-0199 are reserved for fiction
GATEWAY = "192.0.2.10"  # reserved for documentation: RFC 5737


@transaction.atomic
def create_demo_line(workspace: Workspace) -> PhoneNumber:
    """Create a trunk, an agent and its number for calls in both directions. Raise `Conflict` if the number exists."""
    trunk = create_trunk(workspace, {"name": "Demo carrier", "gateways": [{"ip_or_domain": GATEWAY}]})
    agent = create_agent(
        workspace,
        {
            "name": "Demo agent",
            "system_prompt": "You answer for the demo workspace. Be brief and friendly.",
            "greeting": "Hello, this is the demo agent.",
        },
    )
    return add_number(trunk, NUMBER, agent=agent, label="Demo")
