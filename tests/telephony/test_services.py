"""What the services do for dialects, admin and commands beyond the native API."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Workspace
from telephony.models import Agent, PhoneNumber, Trunk
from telephony.services.agents import update_agent
from telephony.services.numbers import MAX_NUMBERS, add_number, update_number
from telephony.services.trunks import create_trunk, delete_trunk, update_trunk
from voxa.core.errors import Conflict

GATEWAYS = [{"ip_or_domain": "sip.twilio.example"}]


def test_a_trunk_is_created_with_its_numbers(acme: Workspace) -> None:
    numbers = ["+15550100000", "+15550100001"]
    trunk = create_trunk(acme, {"name": "T", "carrier": "twilio", "gateways": GATEWAYS, "numbers": numbers})
    assert sorted(one.number for one in trunk.numbers.all()) == numbers
    assert [one.history.count() for one in trunk.numbers.all()] == [1, 1]


def test_wrong_numbers_are_named_by_their_place(acme: Workspace) -> None:
    numbers = ["+15550100000", "nonsense", "+15550100000"]
    with pytest.raises(ValidationError) as caught:
        create_trunk(acme, {"name": "T", "gateways": GATEWAYS, "numbers": numbers})
    assert set(caught.value.message_dict) == {"numbers[1]", "numbers[2]"}


def test_too_many_numbers_at_once_are_refused(acme: Workspace) -> None:
    numbers = [f"+1555{n:07}" for n in range(MAX_NUMBERS + 1)]
    with pytest.raises(ValidationError) as caught:
        create_trunk(acme, {"name": "T", "gateways": GATEWAYS, "numbers": numbers})
    assert set(caught.value.message_dict) == {"numbers"}


def test_a_taken_number_leaves_no_trunk_behind(acme: Workspace, number: PhoneNumber) -> None:
    with pytest.raises(Conflict) as caught:
        create_trunk(acme, {"name": "Second", "gateways": GATEWAYS, "numbers": ["+15550100009", number.number]})
    assert (caught.value.code, caught.value.field) == ("number_taken", "number")
    assert not Trunk.objects.filter(name="Second").exists()
    assert PhoneNumber.objects.count() == 1


def test_rows_of_another_workspace_are_refused(trunk: Trunk, foreign_agent: Agent, foreign_trunk: Trunk) -> None:
    with pytest.raises(ValidationError, match="same workspace"):
        add_number(trunk, "+15550100000", agent=foreign_agent)
    with pytest.raises(ValidationError, match="same workspace"):
        add_number(trunk, "+15550100000", transfer_trunk=foreign_trunk)


def test_a_number_cannot_move_to_another_workspace(number: PhoneNumber, foreign_trunk: Trunk) -> None:
    with pytest.raises(ValidationError) as caught:
        update_number(number, {"trunk": foreign_trunk})
    assert set(caught.value.error_dict) == {"trunk"}
    number.refresh_from_db()
    assert number.trunk_id != foreign_trunk.pk


def test_what_was_deleted_meanwhile_is_not_brought_back(trunk: Trunk, number: PhoneNumber, agent: Agent) -> None:
    delete_trunk(trunk)
    Agent.objects.all().delete()
    with pytest.raises(Trunk.DoesNotExist):
        update_trunk(trunk, {"name": "Back"})
    with pytest.raises(PhoneNumber.DoesNotExist):
        update_number(number, {"label": "Back"})
    with pytest.raises(Agent.DoesNotExist):
        update_agent(agent, {"name": "Back"})
    delete_trunk(trunk)  # a second time does nothing
    assert not Trunk.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_number_for_a_trunk_deleted_meanwhile_is_a_conflict(trunk: Trunk) -> None:
    stale = Trunk.objects.get(pk=trunk.pk)
    delete_trunk(trunk)
    with pytest.raises(Conflict) as caught:
        add_number(stale, "+15550100000")
    assert caught.value.code == "changed_meanwhile"
    assert not PhoneNumber.objects.exists()


@pytest.mark.parametrize(
    "url", ["https://a.example.com", "wss://10.0.0.1", "wss://localhost/x", "wss://169.254.169.254"]
)
def test_an_agents_own_endpoint_is_public_and_wss(agent: Agent, url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        update_agent(agent, {"ai_provider": "custom", "custom_endpoint": url})
    assert list(refused.value.error_dict) == ["custom_endpoint"]
