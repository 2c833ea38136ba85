"""Each writable field of a phone number is seen in what LiveKit gets, who answers, or which way its calls go on."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.choices import CallStatus
from calls.models import Call
from calls.services.agent_of_call import configured
from calls.transfers.carry_out import warm_route
from telephony.api.serializers import NumberSerializer
from telephony.choices import TrunkStatus
from telephony.models import PhoneNumber, Trunk
from telephony.services.agents import create_agent, update_agent
from telephony.services.trunks import create_trunk
from telephony.sync.plan import plan
from telephony.sync.rows import read_trunks
from tests.calls.conftest import Line, make_line
from tests.effects.test_trunk_fields import writable
from tests.effects.watching import arrives
from tests.telephony.conftest import NUMBERS

pytestmark = pytest.mark.django_db
NUMBER, OTHER = "+12025550111", "+12025550112"
Case = tuple[Any, Callable[[PhoneNumber], Any], Any]  # what is sent, where to look, what is there


def _in_livekit(number: PhoneNumber) -> tuple[str, list[str]]:
    """Return the trunk that takes calls to the number in LiveKit, and the numbers it takes."""
    inbound = plan(read_trunks([number.trunk_id])[0], uuid4()).inbound
    assert inbound is not None
    return inbound.spec.name, list(inbound.spec.numbers)  # type: ignore[union-attr]


def _answers(number: PhoneNumber) -> str:
    agent = arrives(number.trunk, number.number).agent
    return agent.name if agent else ""


def _greets(number: PhoneNumber) -> str:
    call = arrives(number.trunk, number.number)
    return configured(call).greeting if call.agent else ""


def _goes_on_by(number: PhoneNumber) -> str:
    call = arrives(number.trunk, number.number)
    Call.objects.filter(pk=call.pk).update(status=CallStatus.IN_PROGRESS)
    Trunk.objects.filter(pk=number.trunk_id).update(status=TrunkStatus.ACTIVE)
    trunk = warm_route(Call.objects.get(pk=call.pk)).trunk
    return trunk.name if trunk else ""


CASES: dict[str, Case] = {
    "number": (OTHER, lambda number: _in_livekit(number)[1], [OTHER]),
    "trunkId": ("second", lambda number: _in_livekit(number)[0], "Second"),
    "agentId": ("second", _answers, "Second"),
    "agentRevision": (1, _greets, "The first greeting."),
    "transferTrunkId": ("transfers", _goes_on_by, "Transfers"),
    "label": ("Sales", str, "Sales"),  # for people: below
}


# Seen in the request that the endpoint is sent: tests/calls/reception/test_assistant_requests.py.
ASKED = {"assistantRequestUrl", "assistantRequestSecret"}
# Seen in what becomes of the call: tests/calls/reception/test_fallbacks.py.
ASKED |= {
    "businessHours", "holidays", "fallback", "fallbackAgentId", "fallbackTo", "fallbackMode", "fallbackMessage",
}  # fmt: skip


def test_every_writable_field_of_a_number_has_its_effect_below() -> None:
    assert writable(NumberSerializer) == CASES.keys() | ASKED


@pytest.fixture
def rows(acme: Workspace) -> dict[tuple[str, str], str]:
    """Ids by field and by the word that stands for them."""
    first = create_agent(acme, {"name": "First", "direction": "inbound", "greeting": "The first greeting."})
    update_agent(first, {"greeting": "Another greeting."})
    second = create_agent(acme, {"name": "Second", "direction": "outbound"})
    gateway = {"gateways": [{"ip_or_domain": "192.0.2.7"}]}
    trunk = create_trunk(acme, {"name": "Second", **gateway})
    line = _line(acme, "+12025550190", "Transfers")
    return {
        ("agentId", "first"): str(first.pk),
        ("agentId", "second"): str(second.pk),
        ("trunkId", "second"): str(trunk.pk),
        ("transferTrunkId", "transfers"): str(line.trunk.pk),
    }


def _line(acme: Workspace, number: str, name: str) -> Line:
    line = make_line(acme, number=number)
    line.trunk.gateways.update(inbound=True)
    Trunk.objects.filter(pk=line.trunk.pk).update(name=name, status=TrunkStatus.ACTIVE)
    return line


@pytest.mark.parametrize("field", [name for name in CASES if name != "label"])
def test_a_field_of_a_number_is_seen(
    api: APIClient, acme: Workspace, rows: dict[tuple[str, str], str], field: str
) -> None:
    line = _line(acme, "+12025550191", "First")
    line.number.delete()
    value, look, expected = CASES[field]
    body = {"number": NUMBER, "trunkId": str(line.trunk.pk)}
    body |= {"agentId": rows["agentId", "first"]} if field == "agentRevision" else {}
    for sent, is_seen in ((body, False), ({**body, field: rows.get((field, value), value)}, True)):
        answer = api.post(NUMBERS, sent, format="json")
        assert answer.status_code == 201, answer.json()
        number = PhoneNumber.objects.select_related("trunk").get(pk=answer.json()["id"])
        assert (look(number) == expected) is is_seen
        number.delete()


def test_a_label_is_what_people_find_a_number_by(api: APIClient, acme: Workspace) -> None:
    trunk = create_trunk(acme, {"name": "Main", "gateways": [{"ip_or_domain": "192.0.2.7"}]})
    made = api.post(NUMBERS, {"number": NUMBER, "trunkId": str(trunk.pk), "label": "Sales"}).json()
    assert api.get(f"{NUMBERS}/{made['id']}").json()["label"] == CASES["label"][2]
