"""A trunk saved over the API stands in LiveKit as it was saved, and changes in place."""

from typing import Any

import pytest
from livekit import api

from tests.live.installation import TRUNKS, Api, new_name

pytestmark = pytest.mark.live
UDP, TCP, TLS = (api.SIP_TRANSPORT_UDP, api.SIP_TRANSPORT_TCP, api.SIP_TRANSPORT_TLS)


def telnyx() -> dict[str, Any]:
    gateway = {"ipOrDomain": "sip.telnyx.com", "port": 5060, "protocol": "udp", "inbound": True, "outbound": True}
    return {"name": new_name(), "gateways": [gateway], "authUsername": "myuser", "authPassword": "mypass"}


def test_the_documented_body_answers_active_and_stands_in_livekit(acme_api: Api) -> None:
    trunk = acme_api.call("POST", TRUNKS, telnyx(), expect=201)
    assert (trunk["status"], trunk["hasPassword"]) == ("active", True)
    assert trunk["livekitOutboundTrunkId"].startswith("ST_")
    (stands,) = acme_api.standing(trunk).outbound
    assert stands.sip_trunk_id == trunk["livekitOutboundTrunkId"]
    assert (stands.address, stands.transport) == ("sip.telnyx.com:5060", UDP)
    assert (stands.auth_username, stands.auth_password) == ("myuser", "mypass")
    assert "mypass" not in str(trunk)


def test_a_domain_that_does_not_resolve_warns_and_holds_up_nothing(acme_api: Api, number: str) -> None:
    gateway = {"ipOrDomain": "carrier.invalid", "port": 5070, "protocol": "tcp"}
    trunk = acme_api.call("POST", TRUNKS, {**telnyx(), "gateways": [gateway]}, expect=201)
    assert trunk["status"] == "active"
    acme_api.add_number(trunk["id"], number)
    trunk = acme_api.wait_active(trunk["id"])
    assert any("carrier.invalid" in warning for warning in trunk["warnings"])
    standing = acme_api.standing(trunk)
    assert [(one.address, one.transport) for one in standing.outbound] == [("carrier.invalid:5070", TCP)]
    assert standing.inbound == []
    assert trunk["livekitInboundTrunkId"] is None


def test_a_patch_changes_in_place_and_keeps_the_id(acme_api: Api) -> None:
    before = acme_api.call("POST", TRUNKS, telnyx(), expect=201)
    moved = {"gateways": [{"ipOrDomain": "sip.telnyx.eu", "port": 5061, "protocol": "tls"}], "name": new_name()}
    acme_api.call("PATCH", f"{TRUNKS}/{before['id']}", moved, expect=400)  # the password was given for other hosts
    moved["authPassword"] = "another"
    after = acme_api.call("PATCH", f"{TRUNKS}/{before['id']}", moved)
    assert (after["status"], after["name"]) == ("active", moved["name"])
    assert after["livekitOutboundTrunkId"] == before["livekitOutboundTrunkId"]
    (stands,) = acme_api.standing(after).outbound
    assert stands.sip_trunk_id == before["livekitOutboundTrunkId"]
    assert (stands.address, stands.transport) == ("sip.telnyx.eu:5061", TLS)
    assert (stands.auth_username, stands.auth_password) == ("myuser", "another")


def test_a_deleted_trunk_leaves_nothing(acme_api: Api, number: str) -> None:
    trunk = acme_api.create_trunk()
    acme_api.add_number(trunk["id"], number)
    trunk = acme_api.wait_active(trunk["id"])
    assert len(acme_api.standing(trunk)) == 3
    acme_api.call("DELETE", f"{TRUNKS}/{trunk['id']}", expect=204)
    acme_api.wait_gone(trunk)
    acme_api.call("GET", f"{TRUNKS}/{trunk['id']}", expect=404)
