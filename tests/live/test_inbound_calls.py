"""Who may call in, asked of the real server as a SIP service asks on each INVITE."""

import json
from typing import Any

import pytest

from tests.live.installation import TRUNKS, Api
from tests.live.servers import SipBridge

pytestmark = pytest.mark.live
GATEWAY, STRANGER, CALLER = "198.51.100.7", "203.0.113.99", "+15550100001"


@pytest.fixture
def trunk(acme_api: Api, number: str) -> dict[str, Any]:
    """A trunk with one gateway for both directions and one number."""
    created = acme_api.create_trunk({"ipOrDomain": GATEWAY})
    acme_api.add_number(created["id"], number)
    return acme_api.wait_active(created["id"])


def test_the_gateways_address_reaches_a_room_with_the_agent(
    trunk: dict[str, Any], number: str, sipbridge: SipBridge
) -> None:
    answer = sipbridge.invite(CALLER, number, GATEWAY)
    dispatch = answer["dispatch"]
    assert answer["result"] == "ACCEPT"
    assert answer["auth"]["sip_trunk_id"] == trunk["livekitInboundTrunkId"]
    assert dispatch["sip_dispatch_rule_id"] == trunk["livekitDispatchRuleId"]
    assert dispatch["room_name"].startswith("call-")
    (agent,) = dispatch["room_config"]["agents"]
    assert agent["agent_name"] == "voxa-agent"
    attributes = dispatch["participant_attributes"]
    assert attributes["voxa.trunk"] == trunk["id"]
    assert json.loads(agent["metadata"]) == {"workspace": attributes["voxa.workspace"], "trunk": trunk["id"]}


def test_two_calls_get_rooms_of_their_own(trunk: dict[str, Any], number: str, sipbridge: SipBridge) -> None:
    rooms = {sipbridge.invite(CALLER, number, GATEWAY)["dispatch"]["room_name"] for _ in range(2)}
    assert len(rooms) == 2


@pytest.mark.parametrize("source", [STRANGER, "198.51.100.8", "2001:db8::1"])
def test_any_other_address_is_dropped(trunk: dict[str, Any], number: str, sipbridge: SipBridge, source: str) -> None:
    assert sipbridge.invite(CALLER, number, source)["result"] == "DROP"


@pytest.mark.parametrize("host", [GATEWAY, "carrier.example.org"])
def test_a_forged_from_host_is_dropped(
    acme_api: Api, trunk: dict[str, Any], number: str, sipbridge: SipBridge, host: str
) -> None:
    gateways = [{"ipOrDomain": GATEWAY}, {"ipOrDomain": "carrier.example.org"}]
    acme_api.call("PATCH", f"{TRUNKS}/{trunk['id']}", {"gateways": gateways})
    acme_api.wait_active(trunk["id"])
    assert sipbridge.invite(CALLER, number, STRANGER, host)["result"] == "DROP"
    assert sipbridge.invite(CALLER, number, GATEWAY, host)["result"] == "ACCEPT"


def test_a_netmask_admits_its_network(acme_api: Api, number: str, sipbridge: SipBridge) -> None:
    created = acme_api.create_trunk({"ipOrDomain": "192.0.2.0", "netmask": 28})
    acme_api.add_number(created["id"], number)
    acme_api.wait_active(created["id"])
    assert sipbridge.invite(CALLER, number, "192.0.2.15")["result"] == "ACCEPT"
    assert sipbridge.invite(CALLER, number, "192.0.2.16")["result"] == "DROP"


def test_a_changed_gateway_is_who_may_call_from_then_on(
    acme_api: Api, trunk: dict[str, Any], number: str, sipbridge: SipBridge
) -> None:
    acme_api.call("PATCH", f"{TRUNKS}/{trunk['id']}", {"gateways": [{"ipOrDomain": STRANGER}]})
    acme_api.wait_active(trunk["id"])
    assert sipbridge.invite(CALLER, number, STRANGER)["result"] == "ACCEPT"
    assert sipbridge.invite(CALLER, number, GATEWAY)["result"] == "DROP"


def test_a_removed_number_is_called_in_vain(
    acme_api: Api, trunk: dict[str, Any], number: str, sipbridge: SipBridge
) -> None:
    acme_api.call("DELETE", f"/v1/telephony/numbers/{trunk['numbers'][0]['id']}", expect=204)
    acme_api.wait_active(trunk["id"])
    assert sipbridge.invite(CALLER, number, GATEWAY)["result"] == "DROP"


def test_a_caller_who_joins_is_in_the_room(trunk: dict[str, Any], number: str, sipbridge: SipBridge) -> None:
    answer = sipbridge.invite(CALLER, number, GATEWAY, join=True)
    (leg,) = sipbridge.calls()
    assert (leg["call_id"], leg["status"], leg["room"]) == (
        answer["call_id"],
        "active",
        answer["dispatch"]["room_name"],
    )
    sipbridge.hangup(answer["call_id"])
    assert sipbridge.calls()[0]["status"] == "hangup"
