"""The table of docs/calls.md that tells how dials end, read for the tests that walk it."""

import re
from dataclasses import dataclass
from pathlib import Path

from calls.dialer.outcomes import Next, Outcome
from calls.presentation.status_text import ending_words

TEXT = (Path(__file__).parents[2] / "docs" / "calls.md").read_text("utf-8")


def section(title: str) -> str:
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@dataclass(frozen=True)
class EndingRow:
    """One row, its cells as they are written."""

    said: str
    status: str
    reason: str
    not_rung: str
    rung: str
    words: str
    sandbox: str

    @property
    def codes(self) -> list[int]:
        """Return the SIP codes of a row without words of the carrier's, also those that earlier rows have."""
        if '"' in self.said:
            return []
        if spans := re.findall(r"(\d{3}) to (\d{3})", self.said):
            return [code for first, last in spans for code in range(int(first), int(last) + 1)]
        return [int(code) for code in re.findall(r"\b\d{3}\b", self.said)]

    @property
    def quoted(self) -> tuple[str, str]:
        """Return the code, SIP's or Twirp's, and the text beside it; both empty where there is no text."""
        code, _, text = self.said.partition(' "')
        return (code.strip("`"), text.removesuffix('"')) if text else ("", "")

    def check(self, outcome: Outcome, *, rang: bool) -> None:
        """Compare a dial's end with the row."""
        follows = self.rung if rang else self.not_rung
        assert (outcome.status, outcome.reason, then(outcome)) == (self.status, self.reason.strip("`"), follows)
        said = f"{outcome.reason.label} {ending_words(outcome.reason, outcome.sip_code, outcome.sip_status)}"
        assert self.words in said


def then(outcome: Outcome) -> str:
    """Return the table's words for what follows."""
    if outcome.next is Next.NEXT_GATEWAY:
        return "next gateway, else end" if outcome.final else "next gateway, else later"
    words = {Next.STOP: "end", Next.LATER: "later", Next.SLOW_DOWN: "slow down", Next.WAIT: "wait", Next.LOOK: "look"}
    return words[outcome.next]


ROWS = [
    EndingRow(*(cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")))
    for line in section("How a dial ends").splitlines()
    if line.startswith("| ")
][1:]
_TAKEN = {code for row in ROWS if not row.said.startswith("other") for code in row.codes}
BY_CODE = {
    code: row for row in ROWS for code in row.codes if not (row.said.startswith("other") and code in _TAKEN)
}  # a code of a list counts before its span
for _row in ROWS:
    if " to " not in _row.said:
        BY_CODE.update(dict.fromkeys(_row.codes, _row))
