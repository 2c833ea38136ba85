"""An agent trunk on the real server: who is asked for which credentials, and where the call goes."""

import itertools
import json
from typing import Any

import pytest

from tests.live.installation import Api
from tests.live.process import wait_until
from tests.live.servers import SipBridge

pytestmark = pytest.mark.live
TRUNKS, CALLER, ANYWHERE = "/v1/trunks", "+15550100001", "203.0.113.99"
usernames = (f"agent-{number}" for number in itertools.count(1))


def create(api: Api, username: str) -> dict[str, Any]:
    """Create a trunk with this username, and wait until it is active."""
    body = {
        "name": f"Agent trunk {username} of {api.workspace}",
        "ai_provider": "custom",
        "sip_username": username,
        "sip_password": f"s3cur3P@ssw0rd! of {api.workspace}",
        "custom_endpoint": "wss://your-agent.example.com/voice",
    }
    created = api.call("POST", TRUNKS, body, expect=201)
    wait_until(lambda: get(api, created)["status"] == "active", "the trunk is active", 30, 0.2)
    return get(api, created)


def get(api: Api, trunk: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = api.call("GET", f"{TRUNKS}/{trunk['id']}")
    return found


@pytest.fixture
def trunk(acme_api: Api) -> dict[str, Any]:
    return create(acme_api, next(usernames))


def invite(sipbridge: SipBridge, trunk: dict[str, Any]) -> dict[str, Any]:
    return sipbridge.invite(CALLER, trunk["sip_endpoint"].partition("@")[0], ANYWHERE)


def credentials(answer: dict[str, Any]) -> tuple[str, str]:
    return answer["auth"]["username"], answer["auth"]["password"]


def test_a_caller_is_asked_for_exactly_its_credentials_and_gets_a_room_with_the_agent(
    acme_api: Api, trunk: dict[str, Any], sipbridge: SipBridge
) -> None:
    answer = invite(sipbridge, trunk)
    assert answer["result"] == "ACCEPT"
    assert credentials(answer) == (trunk["sip_username"], f"s3cur3P@ssw0rd! of {acme_api.workspace}")
    assert answer["dispatch"]["room_name"].startswith("call-")
    (agent,) = answer["dispatch"]["room_config"]["agents"]
    attributes = answer["dispatch"]["participant_attributes"]
    assert agent["agent_name"] == "voxa-agent"
    assert f"conn_{attributes['voxa.endpoint'].replace('-', '')}" == trunk["id"]
    assert json.loads(agent["metadata"]) == {
        "workspace": attributes["voxa.workspace"],
        "endpoint": attributes["voxa.endpoint"],
    }


def test_two_workspaces_with_one_username_are_asked_for_their_own(
    acme_api: Api, globex_api: Api, sipbridge: SipBridge
) -> None:
    username = next(usernames)
    answers = [invite(sipbridge, create(api, username)) for api in (acme_api, globex_api)]
    assert [answer["result"] for answer in answers] == ["ACCEPT", "ACCEPT"]
    assert len({credentials(answer) for answer in answers}) == 2
    assert len({answer["auth"]["sip_trunk_id"] for answer in answers}) == 2


def test_a_rotated_password_stands_in_place(acme_api: Api, trunk: dict[str, Any], sipbridge: SipBridge) -> None:
    before = invite(sipbridge, trunk)["auth"]
    rotated = acme_api.call("POST", f"{TRUNKS}/{trunk['id']}/rotate-password")
    wait_until(lambda: get(acme_api, trunk)["status"] == "active", "the new password is active", 30, 0.2)
    answer = invite(sipbridge, trunk)
    assert credentials(answer) == (trunk["sip_username"], rotated["sip_password"])
    assert answer["auth"]["sip_trunk_id"] == before["sip_trunk_id"]
    assert rotated["sip_password"] != before["password"]


def test_of_a_deleted_trunk_nothing_stands(acme_api: Api, trunk: dict[str, Any], sipbridge: SipBridge) -> None:
    assert len(acme_api.standing(trunk)) == 2
    acme_api.call("DELETE", f"{TRUNKS}/{trunk['id']}", expect=204)
    acme_api.wait_gone(trunk)
    assert invite(sipbridge, trunk)["result"] == "DROP"
