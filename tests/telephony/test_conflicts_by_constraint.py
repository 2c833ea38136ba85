"""A conflict is known by the broken constraint, not by the text, which quotes values of customers."""

import pytest

from accounts.models import Workspace
from telephony.models import Agent, SipEndpoint
from telephony.services.errors import Conflict, conflicts_named


@pytest.mark.parametrize("username", ["number_once_per_project", "foreign key", "phonenumber.number"])
def test_a_username_that_reads_like_another_constraint_is_reported_as_taken(
    acme: Workspace, agent: Agent, username: str
) -> None:
    other = Agent.objects.create(workspace=acme, name="Other")
    SipEndpoint.objects.create(workspace=acme, agent=agent, name="A", sip_username=username, sip_password="x" * 12)
    with pytest.raises(Conflict) as caught, conflicts_named():
        SipEndpoint.objects.create(workspace=acme, agent=other, name="B", sip_username=username, sip_password="x" * 12)
    assert (caught.value.code, caught.value.field) == ("sip_username_taken", "sip_username")


def test_a_second_endpoint_of_an_agent_names_the_agent(acme: Workspace, agent: Agent) -> None:
    SipEndpoint.objects.create(workspace=acme, agent=agent, name="A", sip_username="a", sip_password="x" * 12)
    with pytest.raises(Conflict) as caught, conflicts_named():
        SipEndpoint.objects.create(workspace=acme, agent=agent, name="B", sip_username="b", sip_password="x" * 12)
    assert (caught.value.code, caught.value.field) == ("agent_taken", "agent")
