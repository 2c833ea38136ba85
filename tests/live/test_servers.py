"""The servers the other proofs stand on: they start, forget, stop, and ask as a SIP service asks."""

from livekit import api

from tests.live.servers import LiveKitServer, SipBridge


def make_inbound(livekit: LiveKitServer, number: str) -> str:
    trunk = api.SIPInboundTrunkInfo(name="t", numbers=[number], allowed_addresses=["198.51.100.7"])
    request = api.CreateSIPInboundTrunkRequest(trunk=trunk)
    return livekit.ask(lambda lk: lk.sip.create_inbound_trunk(request)).sip_trunk_id


def test_what_stands_survives_a_restart_and_not_a_flush(livekit_server: LiveKitServer) -> None:
    made = make_inbound(livekit_server, "+15550190001")
    livekit_server.stop()
    assert not livekit_server.healthy()
    livekit_server.start()
    assert made in livekit_server.standing().ids
    livekit_server.flush_redis()
    assert len(livekit_server.standing()) == 0


def test_an_invite_to_a_number_nobody_has_is_not_accepted(sipbridge: SipBridge) -> None:
    answer = sipbridge.invite("+15550100001", "+15550199999", "198.51.100.7")
    assert answer.get("result") != "ACCEPT"
    assert sipbridge.calls() == []
