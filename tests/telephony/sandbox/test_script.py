"""The number called and its gateway tell how a call goes."""

import pytest

from telephony.sandbox.script import Script, script_of

GATEWAY = "sip.example.com:5060"


@pytest.mark.parametrize("status", [404, 408, 480, 486, 500, 503, 603])
def test_an_ending_with_a_status_fails_with_it(status: int) -> None:
    assert script_of(f"+1202555{status:04}", GATEWAY) == Script(status)


@pytest.mark.parametrize("number", ["+12025550100", "+12025551486", "486", "+12025550401", "+12025550200", ""])
def test_any_other_number_answers_and_stays(number: str) -> None:
    assert script_of(number, GATEWAY) == Script()


def test_02_and_seconds_hangs_up() -> None:
    assert script_of("+12025550205", GATEWAY) == Script(talk_seconds=5)
    assert script_of("+12025550299", GATEWAY) == Script(talk_seconds=99)


def test_0999_rings_on() -> None:
    assert script_of("+12025550999", GATEWAY).rings_on


def test_a_gateway_comes_before_the_number() -> None:
    assert script_of("+12025550486", "s503.example.com") == Script(503)
    assert script_of("+12025550100", "s302.example.com") == Script(302)
    assert script_of("+12025550100", "s200.example.com") == Script()
    assert script_of("+12025550100", "sip503.example.com") == Script()


def test_a_lost_answer_is_the_gateways_doing() -> None:
    assert script_of("+12025550205", "lost.example.com") == Script(talk_seconds=5, answer_is_lost=True)
