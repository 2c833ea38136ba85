"""POST /v1/telephony/trunks."""

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from telephony.models import Gateway, Trunk
from tests.telephony.conftest import TRUNKS

GATEWAY = {"ipOrDomain": "sip.telnyx.com"}


def test_gateways_without_priority_are_tried_in_the_order_of_the_list(api: APIClient) -> None:
    hosts = ["c.example", "a.example", "b.example"]
    answer = api.post(TRUNKS, {"name": "T", "gateways": [{"ipOrDomain": host} for host in hosts]}).json()
    assert [(g["ipOrDomain"], g["priority"]) for g in answer["gateways"]] == list(zip(hosts, range(3), strict=True))


def test_a_given_priority_stands(api: APIClient) -> None:
    gateways = [{"ipOrDomain": "second.example", "priority": 9}, {"ipOrDomain": "first.example", "priority": 2}]
    answer = api.post(TRUNKS, {"name": "T", "gateways": gateways}).json()
    assert [g["ipOrDomain"] for g in answer["gateways"]] == ["first.example", "second.example"]


def test_the_netmask_left_out_means_one_address(api: APIClient) -> None:
    gateways = [{"ipOrDomain": "192.0.2.1"}, {"ipOrDomain": "2001:db8::1"}]
    answer = api.post(TRUNKS, {"name": "T", "gateways": gateways}).json()
    assert [g["netmask"] for g in answer["gateways"]] == [32, 128]


def test_null_means_left_out_where_a_text_may_be_empty(api: APIClient) -> None:
    body = {"name": "T", "gateways": [GATEWAY], "authUsername": "", "authPassword": None, "fromHost": ""}
    answer = api.post(TRUNKS, body).json()
    assert (answer["hasPassword"], answer["fromHost"]) == (False, "")


def test_a_password_is_kept_as_it_is(api: APIClient) -> None:
    body = {"name": "T", "gateways": [GATEWAY], "authUsername": "u", "authPassword": "  päss "}
    trunk = Trunk.objects.get(pk=api.post(TRUNKS, body).json()["id"])
    assert trunk.auth_password == "  päss "


def test_a_repeated_request_with_its_idempotency_key_makes_one_trunk(api: APIClient) -> None:
    body = {"name": "T", "gateways": [GATEWAY]}
    first, again = (api.post(TRUNKS, body, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert (again.status_code, again.json()) == (201, first.json())
    assert Trunk.objects.count() == 1


def test_what_is_wrong_leaves_nothing_behind(api: APIClient) -> None:
    assert api.post(TRUNKS, {"name": "T", "gateways": [GATEWAY, {"ipOrDomain": "sip:x"}]}).status_code == 400
    assert not Trunk.objects.exists()
    assert not Gateway.objects.exists()


def test_create_is_recorded_with_its_gateways_and_without_the_password(api: APIClient) -> None:
    body = {"name": "T", "gateways": [GATEWAY], "authUsername": "u", "authPassword": "p"}
    trunk = Trunk.objects.get(pk=api.post(TRUNKS, body).json()["id"])
    assert [entry.history_type for entry in trunk.history.all()] == ["+"]
    assert not hasattr(trunk.history.get(), "auth_password")
    assert trunk.gateways.get().history.count() == 1


def test_the_answer_is_the_trunk_as_it_is_read_afterwards(api: APIClient) -> None:
    body = {"name": "T", "gateways": [{**GATEWAY, "priority": 3}, {"ipOrDomain": "192.0.2.1", "priority": 1}]}
    made = api.post(TRUNKS, body).json()
    assert made == api.get(f"{TRUNKS}/{made['id']}").json()


@pytest.mark.parametrize("gateways", [1, 20])
def test_create_costs_the_same_queries_for_any_number_of_gateways(
    api: APIClient, gateways: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.get(TRUNKS)  # notes that the key is in use, once a minute
    body = {"name": "T", "gateways": [{"ipOrDomain": f"g{n}.example"} for n in range(gateways)]}
    with django_assert_num_queries(7):  # key; savepoint, trunk, its history, gateways, their history, release
        assert api.post(TRUNKS, body).status_code == 201
