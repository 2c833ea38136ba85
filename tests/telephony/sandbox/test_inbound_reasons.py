"""Why a played call is dropped, in words; and what is asked of its caller."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from livekit.protocol.sip import SIPDispatchRule, SIPDispatchRuleDirect, SIPDispatchRuleInfo, SIPInboundTrunkInfo

from telephony.sandbox.inbound import Asked, Verdict, play
from telephony.sandbox.state import State

Run = Callable[[Coroutine[Any, Any, None]], None]
CALLER, CALLED = "+12025550123", "+12025550100"


def add_trunk(state: State, number: int = 1, **fields: Any) -> None:
    trunk_id = f"ST_{number}"
    given = {"name": "Main", "numbers": [CALLED], "allowed_addresses": ["198.51.100.7"], **fields}
    state.inbound.put(trunk_id, SIPInboundTrunkInfo(sip_trunk_id=trunk_id, **given))


def add_rule(state: State, *trunk_ids: str, pin: str = "") -> None:
    kind = SIPDispatchRule(dispatch_rule_direct=SIPDispatchRuleDirect(room_name="desk", pin=pin))
    state.rules.put("SDR_1", SIPDispatchRuleInfo(sip_dispatch_rule_id="SDR_1", trunk_ids=trunk_ids, rule=kind))


@pytest.fixture
def played(state: State, run: Run) -> Callable[..., Verdict]:
    """`played(source_ip=...)` plays a call to the trunk's number."""

    def make(**fields: Any) -> Verdict:
        verdicts = []

        async def story() -> None:
            verdicts.append(play(state, Asked(**{"caller": CALLER, "called": CALLED, **fields})))

        run(story())
        return verdicts[0]

    return make


def test_a_number_on_no_trunk(played: Callable[..., Verdict]) -> None:
    verdict = played()
    assert verdict.result == "DROP"
    assert verdict.reason == f"No inbound trunk has the number {CALLED}. Attach it to a trunk with an inbound gateway."


def test_an_address_that_is_not_allowed(state: State, played: Callable[..., Verdict]) -> None:
    add_trunk(state)
    verdict = played(source_ip="203.0.113.9")
    assert (verdict.result, verdict.source_ip) == ("DROP", "203.0.113.9")
    assert verdict.reason == "Trunk ST_1 (Main) takes no calls from 203.0.113.9. Allowed: 198.51.100.7."


def test_a_caller_that_is_not_allowed(state: State, played: Callable[..., Verdict]) -> None:
    add_trunk(state, allowed_numbers=["+12025550111"])
    assert f"takes no calls from {CALLER}" in played().reason


def test_no_rule(state: State, played: Callable[..., Verdict]) -> None:
    add_trunk(state)
    assert played().reason == "Trunk ST_1 (Main) takes the call, but no dispatch rule names it."


def test_a_pin(state: State, played: Callable[..., Verdict]) -> None:
    add_trunk(state)
    add_rule(state, "ST_1", pin="1234")
    assert "asks for a PIN" in played().reason


def test_two_trunks_of_one_number(state: State, played: Callable[..., Verdict]) -> None:
    add_trunk(state, 1)
    add_trunk(state, 2, allowed_numbers=[CALLER])
    assert played().reason == "Several trunks take this call: ST_1, ST_2. Let only one of them have the number."


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "asks for credentials, and none were given"),
        ({"username": "acme", "password": "wrong"}, "these are not the credentials"),
        ({"username": "acme", "password": "right"}, "takes the call"),
    ],
)
def test_credentials(state: State, played: Callable[..., Verdict], given: dict[str, str], reason: str) -> None:
    add_trunk(state, auth_username="acme", auth_password="right")
    add_rule(state, "ST_1")
    assert reason in played(**given).reason


def test_half_a_pair_of_credentials_protects_nothing(state: State, played: Callable[..., Verdict]) -> None:
    add_trunk(state, auth_username="acme")
    add_rule(state, "ST_1")
    assert played().result == "ACCEPT"


@pytest.mark.parametrize(
    ("addresses", "source"),
    [
        (["198.51.100.7"], "198.51.100.7"),
        (["carrier.example.org", "192.0.2.16/28"], "192.0.2.16"),
        (["2001:db8::/32"], "2001:db8::"),
        ([], "192.0.2.1"),
    ],
)
def test_without_a_source_the_call_comes_from_where_it_may(
    state: State, played: Callable[..., Verdict], addresses: list[str], source: str
) -> None:
    add_trunk(state, allowed_addresses=addresses)
    add_rule(state, "ST_1")
    verdict = played()
    assert (verdict.result, verdict.source_ip, verdict.room) == ("ACCEPT", source, "desk")


def test_what_is_no_address_is_said(played: Callable[..., Verdict]) -> None:
    with pytest.raises(ValueError, match="'nowhere' does not appear to be an IPv4 or IPv6 address"):
        played(source_ip="nowhere")


@pytest.mark.parametrize(
    ("given", "words"), [({"seconds": "5"}, "seconds must"), ({"seconds": -1}, "from 0"), ({"source_ip": 5}, "a text")]
)
def test_values_of_another_type_are_refused(played: Callable[..., Verdict], given: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        played(**given)
