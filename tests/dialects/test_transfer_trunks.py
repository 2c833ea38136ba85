"""What a trunk for transfers is, and what happens to the numbers around it."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from telephony.models import PhoneNumber, Trunk
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk

PATH = "/sip-trunks"
BODY = {"name": "Office", "host": "pbx.example.com", "username": "u", "password": "a secret"}


@pytest.fixture
def trunk(api: APIClient) -> Trunk:
    return Trunk.objects.get(pk=api.post(PATH, BODY).json()["id"])


@pytest.fixture
def carrier(acme: Workspace) -> Trunk:
    """A trunk for calls, which this API does not know."""
    return create_trunk(acme, {"name": "Carrier", "gateways": [{"ip_or_domain": "192.0.2.1"}]})


def test_it_is_a_trunk_for_transfers_with_one_gateway_that_only_goes_out(trunk: Trunk) -> None:
    gateway = trunk.gateways.get()
    assert trunk.for_transfers
    assert (gateway.ip_or_domain, gateway.port, gateway.inbound, gateway.outbound) == (
        "pbx.example.com", 5060, False, True,
    )  # fmt: skip


def test_a_port_that_is_null_is_sips_own(api: APIClient) -> None:
    body = {"name": "PBX", "host": "pbx.example.com", "port": None, "username": "u", "password": "a secret"}
    assert api.post(PATH, body).json()["port"] == 5060


def test_trunks_for_calls_are_not_there(api: APIClient, carrier: Trunk, trunk: Trunk) -> None:
    assert [one["id"] for one in api.get(PATH).json()["trunks"]] == [str(trunk.pk)]
    assert api.get(f"{PATH}/{carrier.pk}").status_code == 404
    assert api.delete(f"{PATH}/{carrier.pk}").status_code == 404
    assert Trunk.objects.filter(pk=carrier.pk).exists()


def test_of_a_trunk_made_elsewhere_the_host_is_where_it_dials_out(api: APIClient, acme: Workspace) -> None:
    both = [{"ip_or_domain": "192.0.2.1", "outbound": False}, {"ip_or_domain": "pbx.example.com", "port": 5062}]
    create_trunk(acme, {"name": "Mixed", "for_transfers": True, "gateways": both})
    (shown,) = api.get(PATH).json()["trunks"]
    assert (shown["host"], shown["port"]) == ("pbx.example.com", 5062)


def test_deleting_keeps_the_numbers_that_transferred_by_it(api: APIClient, trunk: Trunk, carrier: Trunk) -> None:
    number = add_number(carrier, "+15550100000", transfer_trunk=trunk)
    assert api.delete(f"{PATH}/{trunk.pk}").status_code == 204
    number.refresh_from_db()
    assert (number.trunk_id, number.transfer_trunk_id) == (carrier.pk, None)
    assert api.get(f"/v1/telephony/numbers/{number.pk}").json()["transferTrunkId"] is None


def test_a_trunk_that_carries_numbers_is_a_409(api: APIClient, trunk: Trunk) -> None:
    add_number(trunk, "+15550100000")
    answer = api.delete(f"{PATH}/{trunk.pk}")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "trunk_in_use"
    assert "This trunk has 1 phone number" in answer.json()["error"]["message"]
    assert PhoneNumber.objects.count() == 1


def test_the_list_costs_two_queries_however_long(api: APIClient, django_assert_max_num_queries: object) -> None:
    for _ in range(3):
        api.post(PATH, BODY)
    with django_assert_max_num_queries(4):  # type: ignore[operator]  # two are the key's
        assert len(api.get(PATH).json()["trunks"]) == 3


def test_an_outsider_finds_nothing(outsider_api: APIClient, trunk: Trunk) -> None:
    assert outsider_api.get(PATH).json() == {"trunks": []}
    for answer in (outsider_api.get(f"{PATH}/{trunk.pk}"), outsider_api.delete(f"{PATH}/{trunk.pk}")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert Trunk.objects.count() == 1
