"""The number called and its gateway tell how a call goes. What each ending is to the letter: tests/contract."""

from typing import Any

import pytest
from livekit.protocol.sip import SIPOutboundTrunkInfo

from telephony.sandbox.script import Script, Until, script_of

ANYONE = "+12025550100"


def script(number: str = ANYONE, gateway: str = "sip.example.com:5060", **trunk: Any) -> Script:
    return script_of(number, SIPOutboundTrunkInfo(address=gateway, **trunk))


def code(found: Script) -> str:
    return found.ending.meta.get("sip_status_code", "") if found.ending else ""


@pytest.mark.parametrize("status", [302, 402, 403, 404, 408, 415, 480, 486, 488, 500, 503, 603, 606, 608])
def test_an_ending_with_a_status_fails_with_it(status: int) -> None:
    assert code(script(f"+1202555{status:04}")) == str(status)


@pytest.mark.parametrize(("status", "rings"), [(486, True), (480, True), (603, True), (404, False), (503, False)])
def test_a_phone_rings_before_its_own_refusal_alone(status: int, rings: bool) -> None:
    assert script(f"+1202555{status:04}").rings is rings


@pytest.mark.parametrize("number", [ANYONE, "+12025551486", "486", "+12025550401", "+12025550200", "+12025550300", ""])
def test_any_other_number_answers_and_stays(number: str) -> None:
    assert script(number) == Script()


def test_02_and_seconds_hangs_up() -> None:
    assert script("+12025550205") == Script(talk_seconds=5)
    assert script("+12025550299") == Script(talk_seconds=99)


def test_0999_rings_on() -> None:
    assert script("+12025550999").until is Until.LIMIT


def test_a_gateway_comes_before_the_number() -> None:
    assert code(script("+12025550486", "s503.example.com")) == "503"
    assert code(script(gateway="s302.example.com")) == "302"
    assert code(script(gateway="r500.example.com")) == "500"
    assert script(gateway="limit503.example.com").ending != script(gateway="s503.example.com").ending


@pytest.mark.parametrize("gateway", ["s200.example.com", "sip503.example.com", "limit999.example.com", "silent"])
def test_a_name_that_says_nothing_changes_nothing(gateway: str) -> None:
    assert script(gateway=gateway) == Script()


def test_a_silent_gateway_may_say_for_how_long() -> None:
    assert (script(gateway="silent.example.com").after, script(gateway="silent3.example.com").after) == (None, 3)


def test_a_lost_answer_is_the_gateways_doing() -> None:
    assert script("+12025550205", "lost.example.com") == Script(talk_seconds=5, answer_is_lost=True)
