"""docs/calls.md says what the code does: each row of how a dial ends, each reason, each policy."""

import re

import pytest
from livekit import api

from calls.choices import Reason
from calls.dialer.outcomes import outcome_of
from calls.routing.policies import POLICIES
from calls.validators import METADATA_BYTES
from telephony.livekit import LiveKitError, SipRefused
from telephony.livekit.dial_failures import dial_failure
from telephony.livekit.failures import as_livekit_error
from tests.calls.ending_rows import BY_CODE, ROWS, TEXT, EndingRow, section

QUOTED = [row for row in ROWS if row.quoted[1]]


def error_of(code: str, text: str) -> LiveKitError:
    if code.isdigit():
        return SipRefused(int(code), text)
    return as_livekit_error(api.ServerError(code, f"twirp error unknown: {text}", status=400), 5, dial_failure)


@pytest.mark.parametrize("rang", [False, True])
@pytest.mark.parametrize(("code", "row"), [pytest.param(code, row, id=str(code)) for code, row in BY_CODE.items()])
def test_a_sip_code_ends_a_dial_as_its_row_says(code: int, row: EndingRow, rang: bool) -> None:
    outcome = outcome_of(SipRefused(code, ""), rang=rang)
    row.check(outcome, rang=rang)
    assert outcome.sip_code == code


@pytest.mark.parametrize("rang", [False, True])
@pytest.mark.parametrize("row", QUOTED, ids=lambda row: row.said)
def test_a_text_ends_a_dial_as_its_row_says(row: EndingRow, rang: bool) -> None:
    row.check(outcome_of(error_of(*row.quoted), rang=rang), rang=rang)


@pytest.mark.parametrize("wrapped", ["{}", "rpc error: {} (retry 1)", "INVITE failed: {}: closing"])
@pytest.mark.parametrize("row", [row for row in QUOTED if not row.quoted[0].isdigit()], ids=lambda row: row.said)
def test_the_text_is_found_anywhere(row: EndingRow, wrapped: str) -> None:
    code, text = row.quoted
    row.check(outcome_of(error_of(code, wrapped.format(text)), rang=True), rang=True)


def test_every_code_has_a_row() -> None:
    assert set(BY_CODE) == set(range(300, 700))
    assert {row.reason.strip("`") for row in ROWS} <= set(Reason.values)


def test_every_reason_is_told_in_its_words() -> None:
    told = re.findall(r"^\| `(\w+)` \| (.+) \|$", section("Reasons"), re.M)
    assert told[1:] == [(code, words) for code, words in Reason.choices if code]


def test_every_policy_is_told_in_order_of_weight() -> None:
    told = re.findall(r"^\| `(\w+)` \|", section("May it be dialed?"), re.M)
    assert set(told) == {policy.__name__ for policy in POLICIES}
    assert len(told) == len(POLICIES)


def test_metadata_is_bounded_as_told() -> None:
    assert f"{METADATA_BYTES // 1024} KiB of JSON" in TEXT
