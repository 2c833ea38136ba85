"""A number pinned to a revision: its calls are answered by that configuration, with the agent's own keys."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.admin.lines import particulars
from calls.choices import CallStatus
from calls.models import Call, Event
from calls.services.agent_of_call import configured
from calls.services.tools import _headers, tool_of
from calls.services.worker_session import instructions
from telephony.models import Agent, PhoneNumber
from telephony.services.agents import create_agent, delete_agent, update_agent
from telephony.services.number_changes import change_numbers
from telephony.services.provider_keys import create_key
from tests.calls.conftest import make_line
from tests.effects.watching import arrives
from tests.telephony.conftest import NUMBERS

OLD, NEW = (
    {"name": "find", "description": "Finds.", "url": f"https://{host}.example.com/x"} for host in ("old", "new")
)


@pytest.fixture
def agent(acme: Workspace) -> Agent:
    made = create_agent(acme, {"name": "Desk", "greeting": "Hello.", "provider_key": "sk-own", "tools": [OLD]})
    return update_agent(made, {"greeting": "Good evening.", "tools": [NEW], "revision_note": "Later."})


@pytest.fixture
def number(acme: Workspace, agent: Agent) -> PhoneNumber:
    line = make_line(acme, number="+12025550191")
    line.trunk.gateways.update(inbound=True)
    PhoneNumber.objects.filter(pk=line.number.pk).update(agent=agent, agent_revision=1)
    line.number.refresh_from_db()
    return line.number


def patched(api: APIClient, number: PhoneNumber, **sent: Any) -> Any:
    return api.patch(f"{NUMBERS}/{number.pk}", sent)


def fields(answer: Any) -> list[str]:
    return [one["field"] for one in answer.json()["error"]["details"]]


def test_its_calls_are_answered_by_the_revision_and_say_so(number: PhoneNumber, api: APIClient) -> None:
    call = arrives(number.trunk, number.number)
    told = instructions(call)
    assert told["agent"]["greeting"] == "Hello."
    assert told["provider"]["key"] == "sk-own"
    assert api.get(f"/v1/calls/{call.pk}").json()["agentRevision"] == 1
    first = Event.objects.filter(call=call).earliest("at")
    assert particulars(first) == "The number is pinned to revision 1 of its agent."


def test_without_a_pin_the_newest_answers(number: PhoneNumber, api: APIClient) -> None:
    assert patched(api, number, agentRevision=None).json()["agentRevision"] is None
    call = arrives(number.trunk, number.number)
    assert instructions(call)["agent"]["greeting"] == "Good evening."
    assert api.get(f"/v1/calls/{call.pk}").json()["agentRevision"] == 2


def test_the_tools_are_those_of_the_revision_and_unsigned_at_a_former_url(number: PhoneNumber) -> None:
    call = arrives(number.trunk, number.number)
    Call.objects.filter(pk=call.pk).update(status=CallStatus.IN_PROGRESS)
    call.refresh_from_db()
    assert tool_of(call, "find")["url"] == OLD["url"]
    assert "webhook-signature" not in _headers(call, OLD["url"], "tool_1", "{}")
    assert "webhook-signature" in _headers(call, NEW["url"], "tool_1", "{}")


def test_an_agent_that_is_off_does_not_answer(number: PhoneNumber, agent: Agent) -> None:
    update_agent(agent, {"active": False})
    assert arrives(number.trunk, number.number).agent is None


def test_a_key_is_not_sent_where_it_does_not_belong(number: PhoneNumber, agent: Agent, api: APIClient) -> None:
    moved = update_agent(agent, {"base_url": "https://models.example.com/v1", "provider_key": "sk-other"})
    assert number.number in " ".join(moved.warnings)
    assert configured(arrives(number.trunk, number.number)).provider_key is None
    patched(api, number, agentRevision=None)
    assert fields(patched(api, number, agentRevision=1)) == ["agentRevision"]
    assert patched(api, number, agentRevision=3).status_code == 200


def test_a_key_of_the_workspace_goes_to_its_own_provider_only(
    number: PhoneNumber, agent: Agent, acme: Workspace, api: APIClient
) -> None:
    base = "https://models.example.com/v1"
    key = create_key(acme, {"name": "Ours", "provider": "openai", "key": "sk-ours", "base_url": base})
    update_agent(agent, {"stored_key": key, "base_url": base})
    call = arrives(number.trunk, number.number)
    assert (configured(call).base_url, configured(call).key) == ("", "")
    assert call.agent is not None
    assert call.agent.key == "sk-ours"
    patched(api, number, agentRevision=None)
    assert fields(patched(api, number, agentRevision=1)) == ["agentRevision"]
    assert patched(api, number, agentRevision=3).status_code == 200
    assert configured(arrives(number.trunk, number.number)).key == "sk-ours"


@pytest.mark.parametrize("revision", [0, 9, -1, "x", 2**31, True])
def test_what_is_no_revision_is_refused_at_its_field(number: PhoneNumber, api: APIClient, revision: Any) -> None:
    assert fields(patched(api, number, agentRevision=revision)) == ["agentRevision"]


def test_another_agent_or_none_unpins(number: PhoneNumber, agent: Agent, acme: Workspace, api: APIClient) -> None:
    other = create_agent(acme, {"name": "Other"})
    assert patched(api, number, agentId=str(agent.pk), label="Same").json()["agentRevision"] == 1
    assert patched(api, number, agentId=str(other.pk)).json()["agentRevision"] is None
    assert patched(api, number, agentId=str(agent.pk), agentRevision=2).json()["agentRevision"] == 2
    assert patched(api, number, agentId=None).json()["agentRevision"] is None
    assert fields(patched(api, number, agentRevision=1)) == ["agentRevision"]


def test_a_deleted_agent_unpins(number: PhoneNumber, agent: Agent) -> None:
    delete_agent(agent)
    number.refresh_from_db()
    assert (number.agent, number.agent_revision) == (None, None)


def test_changes_of_many_numbers_unpin_those_that_get_another_agent(
    number: PhoneNumber, agent: Agent, acme: Workspace
) -> None:
    change_numbers([number.pk], {"agent": agent, "label": "Both"}, None)
    number.refresh_from_db()
    assert number.agent_revision == 1
    change_numbers([number.pk], {"agent": create_agent(acme, {"name": "Other"})}, None)
    number.refresh_from_db()
    assert number.agent_revision is None


def test_an_outsider_pins_nothing(number: PhoneNumber, outsider_api: APIClient) -> None:
    assert patched(outsider_api, number, agentRevision=2).status_code == 404
