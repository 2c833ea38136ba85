"""docs/calls.md says what the code does: each row of how a dial ends, each reason, each policy."""

import re
from pathlib import Path

import pytest
from livekit import api

from calls.choices import Reason
from calls.explaining import ending_words
from calls.outcomes import Next, Outcome, outcome_of
from calls.policies import POLICIES
from calls.validators import METADATA_BYTES
from telephony.livekit_client import LiveKitError, SipRefused
from telephony.livekit_client.dial_failures import dial_failure
from telephony.livekit_client.failures import as_livekit_error

TEXT = (Path(__file__).parents[2] / "docs" / "calls.md").read_text("utf-8")


def section(title: str) -> str:
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def then(outcome: Outcome) -> str:
    """Return the table's words for what follows."""
    if outcome.next is Next.NEXT_GATEWAY:
        return "next gateway, else end" if outcome.final else "next gateway, else later"
    words = {Next.STOP: "end", Next.LATER: "later", Next.SLOW_DOWN: "slow down", Next.WAIT: "wait", Next.LOOK: "look"}
    return words[outcome.next]


def error_of(code: str, text: str) -> LiveKitError:
    told = api.ServerError(code, f"twirp error unknown: {text}", status=400)
    return as_livekit_error(told, 5, dial_failure)


def codes_of(said: str) -> list[int]:
    """Return the SIP codes of a row, without those of rows before it."""
    if spans := re.findall(r"(\d{3}) to (\d{3})", said):
        return [code for first, last in spans for code in range(int(first), int(last) + 1)]
    return [int(code) for code in re.findall(r"\b\d{3}\b", said)]


ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in section("How a dial ends").splitlines()
    if line.startswith("| ")
][1:]
CODES = [row for row in ROWS if '"' not in row[0]]
WORDS = [row for row in ROWS if row[0][0].isdigit() and '"' in row[0]]
TEXTS = [row for row in ROWS if row[0].startswith("`")]


def listed(row: list[str]) -> list[int]:
    earlier = {code for other in CODES if not other[0].startswith("other") for code in codes_of(other[0])}
    found = codes_of(row[0])
    return [code for code in found if code not in earlier] if row[0].startswith("other") else found


@pytest.mark.parametrize(
    ("code", "row"), [pytest.param(code, row, id=str(code)) for row in CODES for code in listed(row)]
)
def test_a_sip_code_ends_a_dial_as_its_row_says(code: int, row: list[str]) -> None:
    _, status, reason, silent, rung, words = row
    for rang, follows in ((False, silent), (True, rung)):
        outcome = outcome_of(SipRefused(code, ""), rang=rang)
        assert (outcome.status, f"`{outcome.reason}`", then(outcome)) == (status, reason, follows)
        assert outcome.sip_code == code
    assert words == Reason(reason.strip("`")).label


@pytest.mark.parametrize("row", WORDS, ids=lambda row: row[0])
def test_a_carriers_words_end_a_dial_as_their_row_says(row: list[str]) -> None:
    said, status, reason, silent, rung, words = row
    code, text = said.split(" ", 1)
    for rang, follows in ((False, silent), (True, rung)):
        outcome = outcome_of(SipRefused(int(code), text.strip('"')), rang=rang)
        assert (outcome.status, f"`{outcome.reason}`", then(outcome)) == (status, reason, follows)
    assert words == outcome.reason.label


@pytest.mark.parametrize("row", TEXTS, ids=lambda row: row[0])
def test_a_text_without_a_code_ends_a_dial_as_its_row_says(row: list[str]) -> None:
    said, status, reason, silent, rung, words = row
    code, text = said.split(" ", 1)
    error = error_of(code.strip("`"), text.strip('"'))
    for rang, follows in ((False, silent), (True, rung)):
        outcome = outcome_of(error, rang=rang)
        assert (outcome.status, f"`{outcome.reason}`", then(outcome)) == (status, reason, follows)
    assert words in f"{outcome.reason.label} {ending_words(outcome.reason, None, outcome.sip_status)}"


def test_every_code_has_a_row() -> None:
    assert {code for row in CODES for code in listed(row)} == set(range(300, 700))
    assert {row[2].strip("`") for row in ROWS} <= set(Reason.values)


def test_every_reason_is_told_in_its_words() -> None:
    told = re.findall(r"^\| `(\w+)` \| (.+) \|$", section("Reasons"), re.M)
    assert told[1:] == [(code, words) for code, words in Reason.choices if code]


def test_every_policy_is_told_in_order_of_weight() -> None:
    told = re.findall(r"^\| `(\w+)` \|", section("May it be dialled?"), re.M)
    assert set(told) == {policy.__name__ for policy in POLICIES}
    assert len(told) == len(POLICIES)


def test_metadata_is_bounded_as_told() -> None:
    assert f"{METADATA_BYTES // 1024} KiB of JSON" in TEXT
