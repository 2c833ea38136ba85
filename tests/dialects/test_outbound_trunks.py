"""What a trunk of a carrier preset is, where its `ST_` id leads, and who sees it."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from telephony.models import PhoneNumber, Trunk
from telephony.services.trunks import create_trunk, delete_trunk
from tests.faults import FaultyServer

CREATE, LIST = "/sip/create-outbound-trunk", "/sip/list"
TWILIO: dict[str, Any] = {
    "trunk_name": "Twilio",
    "trunk_type": "twilio",
    "trunk_config": {"address": "a.pstn.twilio.com", "numbers": ["+15550100000"], "username": "AC", "password": "pw"},
}

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("faults")]


def exotel(number: str = "+918044319240", **config: Any) -> dict[str, Any]:
    return {"trunk_name": "E", "trunk_type": "exotel", "trunk_config": {"exotel_number": number, **config}}


def created(api: APIClient, body: Any = TWILIO) -> str:
    answer = api.post(CREATE, body)
    assert answer.status_code == 200, answer.content
    return str(answer.json()["data"]["trunk_id"])


@pytest.mark.parametrize(
    ("config", "gateway", "from_host", "encryption"),
    [
        ({}, ("pstn.in2.exotel.com", 443, "tls"), "", "require"),
        ({"sip_port": 5070}, ("pstn.in2.exotel.com", 5070, "tcp"), "", "disable"),
        ({"sip_host": None, "sip_port": None, "sip_domain": ""}, ("pstn.in2.exotel.com", 443, "tls"), "", "require"),
        ({"sip_host": "192.0.2.7", "sip_domain": "acme.pstn.exotel.com"}, ("192.0.2.7", 443, "tls"),
         "acme.pstn.exotel.com", "require"),
    ],
)  # fmt: skip
def test_exotels_host_port_and_domain_may_be_given(
    api: APIClient, config: dict[str, Any], gateway: tuple[str, int, str], from_host: str, encryption: str
) -> None:
    created(api, exotel(**config))
    trunk = Trunk.objects.get()
    found = trunk.gateways.get()
    assert (found.ip_or_domain, found.port, found.protocol) == gateway
    assert (trunk.from_host, trunk.media_encryption) == (from_host, encryption)


def test_it_only_dials_out_and_its_numbers_are_callers(api: APIClient) -> None:
    created(api)
    trunk = Trunk.objects.get()
    assert [gateway.inbound for gateway in trunk.gateways.all()] == [False]
    assert [number.number for number in trunk.numbers.all()] == ["+15550100000"]


def test_its_id_names_it_in_the_native_api_for_its_own_workspace_alone(api: APIClient, outsider_api: APIClient) -> None:
    trunk_id = created(api)
    path = f"/v1/telephony/trunks/{trunk_id}"
    assert api.get(path).json()["livekitOutboundTrunkId"] == trunk_id
    number = api.post("/v1/telephony/numbers", {"number": "+15550100001", "trunkId": trunk_id})
    assert (number.status_code, number.json()["trunkId"]) == (201, str(Trunk.objects.get().pk))
    assert len(api.get(f"/v1/telephony/numbers?trunkId={trunk_id}").json()["results"]) == 2
    for answer in (outsider_api.get(path), outsider_api.patch(path, {}), outsider_api.delete(path)):
        assert answer.status_code == 404
    refused = outsider_api.post("/v1/telephony/numbers", {"number": "+15550100002", "trunkId": trunk_id})
    assert (refused.status_code, refused.json()["error"]["details"][0]["field"]) == (400, "trunkId")
    assert outsider_api.get(f"/v1/telephony/numbers?trunkId={trunk_id}").json()["results"] == []


def test_the_list_has_what_livekit_holds_of_these_carriers(
    api: APIClient, outsider_api: APIClient, acme: Workspace
) -> None:
    trunk_id = created(api)
    gateways = [{"ip_or_domain": "192.0.2.1"}]
    create_trunk(acme, {"name": "Other carrier", "gateways": gateways})
    create_trunk(acme, {"name": "Only in", "carrier": "twilio", "gateways": [{**gateways[0], "outbound": False}]})
    native = create_trunk(acme, {"name": "Native", "carrier": "exotel", "gateways": gateways})
    listed = api.get(LIST).json()["data"]
    assert [(one["trunk_name"], one["trunk_type"]) for one in listed] == [("Twilio", "twilio"), ("Native", "exotel")]
    assert listed[0]["trunk_id"] == trunk_id
    assert "config" not in str(listed)
    delete_trunk(native)
    assert [one["trunk_id"] for one in api.get(LIST).json()["data"]] == [trunk_id]
    assert outsider_api.get(LIST).json()["data"] == []


def test_a_repeated_request_with_its_key_gives_the_first_id(api: APIClient) -> None:
    first, again = (api.post(CREATE, TWILIO, HTTP_IDEMPOTENCY_KEY="once").json() for _ in range(2))
    assert first == again
    assert Trunk.objects.count() == 1


def test_a_taken_number_is_a_400_that_names_it(api: APIClient, outsider_api: APIClient, faults: FaultyServer) -> None:
    created(api)
    config = {**TWILIO["trunk_config"], "numbers": ["+15550100009", "+15550100000"]}
    for asking in (api, outsider_api):
        answer = asking.post(CREATE, {**TWILIO, "trunk_config": config})
        assert (answer.status_code, answer.json()["success"]) == (400, False)
        assert "+15550100000" in answer.json()["message"]
        assert "+15550100009" not in answer.json()["message"]
    assert (Trunk.objects.count(), PhoneNumber.objects.count()) == (1, 1)
