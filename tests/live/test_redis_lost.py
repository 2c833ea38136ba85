"""All of LiveKit's Redis is lost: one command rebuilds it, and what others made is left alone."""

import pytest
from livekit import api

from tests.live.installation import Api, Installation
from tests.live.servers import LiveKitServer

pytestmark = pytest.mark.live


def make_foreign(livekit: LiveKitServer, number: str, metadata: str) -> set[str]:
    """Make a trunk each way and a rule as another program would; return their ids."""

    async def make(lk: api.LiveKitAPI) -> set[str]:
        inbound = await lk.sip.create_inbound_trunk(
            api.CreateSIPInboundTrunkRequest(
                trunk=api.SIPInboundTrunkInfo(
                    name="theirs", numbers=[number], allowed_addresses=["192.0.2.1"], metadata=metadata
                )
            )
        )
        outbound = await lk.sip.create_outbound_trunk(
            api.CreateSIPOutboundTrunkRequest(
                trunk=api.SIPOutboundTrunkInfo(
                    name="theirs", address="sip.example.org", numbers=[number], metadata=metadata
                )
            )
        )
        individual = api.SIPDispatchRuleIndividual(room_prefix="theirs-")
        rule = await lk.sip.create_dispatch_rule(
            api.CreateSIPDispatchRuleRequest(
                dispatch_rule=api.SIPDispatchRuleInfo(
                    name="theirs",
                    metadata=metadata,
                    trunk_ids=[inbound.sip_trunk_id],
                    rule=api.SIPDispatchRule(dispatch_rule_individual=individual),
                )
            )
        )
        return {inbound.sip_trunk_id, outbound.sip_trunk_id, rule.sip_dispatch_rule_id}

    return livekit.ask(make)


def test_one_reconcile_rebuilds_everything(
    acme_api: Api, number: str, installation: Installation, livekit_server: LiveKitServer
) -> None:
    gateways = ({"ipOrDomain": "198.51.100.7"}, {"ipOrDomain": "198.51.100.8", "inbound": False})
    trunk = acme_api.create_trunk(*gateways)
    acme_api.add_number(trunk["id"], number)
    trunk = acme_api.wait_active(trunk["id"])
    installation.beat.stop()  # within a minute it rebuilds by itself
    livekit_server.flush_redis()
    dry = installation.manage("reconcile_livekit", "--dry-run")
    assert dry.strip()
    assert len(acme_api.standing(trunk)) == 0
    installation.manage("reconcile_livekit")
    standing = acme_api.standing(trunk)
    assert (len(standing.outbound), len(standing.inbound), len(standing.rules)) == (2, 1, 1)
    assert list(standing.inbound[0].numbers) == [number]
    assert list(standing.rules[0].trunk_ids) == [standing.inbound[0].sip_trunk_id]
    rebuilt = acme_api.trunk(trunk["id"])
    assert rebuilt["status"] == "active"
    assert rebuilt["livekitInboundTrunkId"] == standing.inbound[0].sip_trunk_id
    assert rebuilt["livekitDispatchRuleId"] == standing.rules[0].sip_dispatch_rule_id
    assert rebuilt["livekitOutboundTrunkId"] in {one.sip_trunk_id for one in standing.outbound}
    installation.manage("reconcile_livekit")
    assert acme_api.standing(trunk).ids == standing.ids


def test_objects_of_others_are_never_touched(
    acme_api: Api, number: str, installation: Installation, livekit_server: LiveKitServer
) -> None:
    marks = ("", "made by hand", "voxa:11111111-1111-4111-8111-111111111111:outbound:x")
    theirs = set().union(*(make_foreign(livekit_server, f"{number}{n}", mark) for n, mark in enumerate(marks)))
    before = livekit_server.standing()
    trunk = acme_api.create_trunk()
    installation.manage("reconcile_livekit")
    installation.manage("provision_trunks", "--all")
    acme_api.call("DELETE", f"/v1/telephony/trunks/{trunk['id']}", expect=204)
    installation.manage("reconcile_livekit")
    after = livekit_server.standing()
    for kind in ("inbound", "outbound", "rules"):
        kept = [one for one in getattr(after, kind) if one.name == "theirs"]
        assert kept == [one for one in getattr(before, kind) if one.name == "theirs"]
    assert len(theirs) == 9
    assert theirs <= after.ids
