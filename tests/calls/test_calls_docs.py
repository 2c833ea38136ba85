"""docs/calls.md says what the code does."""

import re
from pathlib import Path

import pytest

from calls.choices import Reason
from calls.outcomes import Next, outcome_of
from calls.policies import POLICIES
from calls.validators import METADATA_BYTES
from telephony.livekit_client import SipRefused

TEXT = (Path(__file__).parents[2] / "docs" / "calls.md").read_text("utf-8")
THEN = {"later": Next.LATER, "nothing": Next.STOP, "the next gateway at once": Next.NEXT_GATEWAY}


def section(title: str) -> str:
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_reason_is_told_in_its_words() -> None:
    told = re.findall(r"^\| `(\w+)` \| (.+) \|$", section("Reasons"), re.M)
    assert told[1:] == [(code, words) for code, words in Reason.choices if code]


def test_every_policy_is_told_in_order_of_weight() -> None:
    told = re.findall(r"^\| `(\w+)` \|", section("May it be dialled?"), re.M)
    assert set(told) == {policy.__name__ for policy in POLICIES}
    assert len(told) == len(POLICIES)


CODES = re.findall(r"^\| ([\d, ]+?)(?: and others)? \| `(\w+)` \| ([^|;,]+)", section("What follows a dial"), re.M)


@pytest.mark.parametrize(
    ("code", "reason", "then"), [(int(code), *rest) for codes, *rest in CODES for code in codes.split(", ")]
)
def test_what_follows_an_answer_of_the_carrier(code: int, reason: str, then: str) -> None:
    outcome = outcome_of(SipRefused(code, "words"), rang=True)
    assert (outcome.reason, outcome.next) == (reason, THEN[then.strip()])


@pytest.mark.parametrize("code", [500, 503, 599])
def test_a_gateway_that_fails_is_followed_by_the_next(code: int) -> None:
    outcome = outcome_of(SipRefused(code, "words"), rang=False)
    assert (outcome.reason, outcome.next) == (Reason.GATEWAY_ERROR, Next.NEXT_GATEWAY)
    assert "| 5xx | `gateway_error` | the next gateway at once" in TEXT


def test_words_of_a_full_carrier_count_more_than_its_code() -> None:
    outcome = outcome_of(SipRefused(403, "User channel limit exceeded"), rang=False)
    assert (outcome.reason, outcome.next) == (Reason.CARRIER_LIMIT, Next.SLOW_DOWN)


def test_metadata_is_bounded_as_told() -> None:
    assert f"{METADATA_BYTES // 1024} KiB of JSON" in TEXT
