"""/v1/telephony/numbers."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from telephony.models import Agent, PhoneNumber, Trunk
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk
from tests.telephony.conftest import NUMBERS, TRUNKS


@pytest.fixture
def other_trunk(acme: Workspace) -> Trunk:
    return create_trunk(acme, {"name": "Other", "for_transfers": True, "gateways": [{"ip_or_domain": "192.0.2.1"}]})


def codes(answer: Any) -> dict[str, str]:
    return {detail["field"]: detail["code"] for detail in answer.json()["error"]["details"]}


UNSET: dict[str, Any] = {
    "agentRevision": None,
    "assistantRequestUrl": "", "businessHours": [], "holidays": [], "fallback": "", "fallbackAgentId": None,
    "fallbackTo": "", "fallbackMode": "cold", "fallbackMessage": "",
}  # fmt: skip


def test_a_number_is_added_with_its_agent_and_transfer_trunk(
    api: APIClient, trunk: Trunk, other_trunk: Trunk, agent: Agent
) -> None:
    body = {
        "number": "+15550100000",
        "trunkId": str(trunk.pk),
        "agentId": str(agent.pk),
        "transferTrunkId": str(other_trunk.pk),
        "label": "Front desk",
    }
    answer = api.post(NUMBERS, body)
    assert answer.status_code == 201
    made = answer.json()
    assert made == {"id": made["id"], **body, **UNSET, "createdAt": made["createdAt"]}
    assert api.get(f"{NUMBERS}/{made['id']}").json() == made
    shown = api.get(f"{TRUNKS}/{trunk.pk}").json()["numbers"]
    assert shown == [{"id": made["id"], "number": "+15550100000", "agentId": str(agent.pk)}]


def test_every_wrong_field_is_named_in_one_answer(api: APIClient, foreign_agent: Agent, foreign_trunk: Trunk) -> None:
    body = {
        "number": "555",
        "agentId": str(foreign_agent.pk),
        "transferTrunkId": "no uuid",
        "label": "x" * 101,
    }
    assert codes(api.post(NUMBERS, body)) == {
        "number": "too_short",
        "trunkId": "required",
        "agentId": "not_found",
        "transferTrunkId": "invalid",
        "label": "max_length",
    }


@pytest.mark.parametrize("field", ["trunkId", "transferTrunkId"])
def test_a_trunk_of_another_workspace_is_as_unknown_as_none(
    api: APIClient, trunk: Trunk, foreign_trunk: Trunk, field: str
) -> None:
    good = {"number": "+15550100000", "trunkId": str(trunk.pk)}
    foreign, unknown = (api.post(NUMBERS, {**good, field: str(id)}) for id in (foreign_trunk.pk, uuid4()))
    assert codes(foreign) == {field: "not_found"}
    assert foreign.json() == unknown.json()


def test_a_taken_number_is_a_409_that_does_not_tell_by_whom(
    api: APIClient, number: PhoneNumber, trunk: Trunk, outsider_api: APIClient, foreign_trunk: Trunk
) -> None:
    answers = [
        client.post(NUMBERS, {"number": number.number, "trunkId": str(of.pk)})
        for client, of in ((api, trunk), (outsider_api, foreign_trunk))
    ]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["error"]["code"] == "number_taken"
    assert PhoneNumber.objects.count() == 1


def test_changing_to_a_taken_number_is_a_409(api: APIClient, number: PhoneNumber, trunk: Trunk) -> None:
    other = add_number(trunk, "+15550100001")
    assert api.patch(f"{NUMBERS}/{other.pk}", {"number": number.number}).status_code == 409
    other.refresh_from_db()
    assert other.number == "+15550100001"


def test_a_number_moves_to_another_trunk_and_both_are_synced(
    api: APIClient, number: PhoneNumber, trunk: Trunk, other_trunk: Trunk
) -> None:
    Trunk.objects.update(generation=5)
    answer = api.patch(f"{NUMBERS}/{number.pk}", {"trunkId": str(other_trunk.pk)})
    assert answer.json()["trunkId"] == str(other_trunk.pk)
    assert [one.generation for one in Trunk.objects.all()] == [6, 6]
    assert list(other_trunk.numbers.all()) == [number]


def test_null_takes_agent_and_transfer_trunk_away(
    api: APIClient, trunk: Trunk, other_trunk: Trunk, agent: Agent
) -> None:
    number = add_number(trunk, "+15550100000", agent=agent, transfer_trunk=other_trunk, label="Desk")
    answer = api.patch(f"{NUMBERS}/{number.pk}", {"agentId": None, "transferTrunkId": None}).json()
    assert (answer["agentId"], answer["transferTrunkId"], answer["label"]) == (None, None, "Desk")
    assert codes(api.patch(f"{NUMBERS}/{number.pk}", {"trunkId": None})) == {"trunkId": "null"}


def test_deleting_a_trunk_deletes_its_numbers_and_frees_them(
    api: APIClient, number: PhoneNumber, trunk: Trunk, foreign_trunk: Trunk
) -> None:
    assert api.delete(f"{TRUNKS}/{trunk.pk}").status_code == 204
    assert api.get(f"{NUMBERS}/{number.pk}").status_code == 404
    assert add_number(foreign_trunk, number.number).pk


def test_a_deleted_number_leaves_its_trunk(api: APIClient, number: PhoneNumber, trunk: Trunk) -> None:
    assert api.delete(f"{NUMBERS}/{number.pk}").status_code == 204
    assert trunk.numbers.count() == 0


def test_numbers_are_found_by_trunk_agent_and_number(
    api: APIClient, trunk: Trunk, other_trunk: Trunk, agent: Agent
) -> None:
    add_number(trunk, "+15550100000")
    wanted = add_number(other_trunk, "+15550100001", agent=agent)
    for query in (
        f"trunkId={other_trunk.pk}",
        f"agentId={agent.pk}",
        "number=+15550100001",
        f"number={quote('+15550100001')}",
        "number=15550100001",
    ):
        found = api.get(f"{NUMBERS}?{query}").json()["results"]
        assert [one["id"] for one in found] == [str(wanted.pk)], query
