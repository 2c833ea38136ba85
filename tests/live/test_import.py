"""Trunks made by hand in the real server become a workspace's, with their ids, and take their calls as before."""

from tests.live.installation import Api, Installation
from tests.live.servers import SipBridge
from tests.telephony.livekit_import.conftest import Project


def test_an_import_keeps_ids_and_calls(installation: Installation, acme_api: Api, sipbridge: SipBridge) -> None:
    by_hand = Project(installation.livekit)
    numbers, names = ["+15550177001"], {"name": "Made by hand"}
    inbound = by_hand.inbound(numbers=numbers, allowed_addresses=["198.51.100.9"], **names)
    outbound = by_hand.outbound(numbers=numbers, **names)
    rule = by_hand.rule(inbound)
    open_trunk = by_hand.inbound(numbers=["+15550177002"], allowed_addresses=["sip.example.com"], **names)
    plan = installation.manage("import_livekit", "--workspace", acme_api.workspace, "--dry-run")
    assert "sip.example.com" in plan
    assert all(found in plan for found in (inbound, outbound, rule, open_trunk))
    assert "hunter2" not in plan

    installation.manage("import_livekit", "--workspace", acme_api.workspace, "--yes")
    listed = acme_api.call("GET", "/v1/telephony/trunks?name=Made by hand")["results"]
    trunk = acme_api.wait_active(listed[0]["id"])
    assert len(listed) == 1
    assert (trunk["livekitInboundTrunkId"], trunk["livekitOutboundTrunkId"]) == (inbound, outbound)
    assert trunk["livekitDispatchRuleId"] == rule
    standing = acme_api.standing(trunk)
    assert standing.ids - {rule} == {inbound, outbound, open_trunk}
    assert sipbridge.invite("+15550199999", "+15550177001", "198.51.100.9")["result"] == "ACCEPT"
    assert sipbridge.invite("+15550199999", "+15550177001", "203.0.113.1")["result"] != "ACCEPT"

    again = installation.manage("import_livekit", "--workspace", acme_api.workspace, "--yes")
    assert open_trunk in again
    assert inbound not in again
    acme_api.call("DELETE", f"/v1/telephony/trunks/{trunk['id']}", expect=204)
