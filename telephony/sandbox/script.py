"""How a call in the sandbox goes: told by the number called and by the gateway it goes through. Pure."""

import re
from dataclasses import dataclass

_GATEWAY_STATUS = re.compile(r"s([3-6]\d\d)\.")
_NUMBER_STATUS = re.compile(r"0(404|408|480|486|500|503|603)$")
_TALKS = re.compile(r"02(\d\d)$")


@dataclass(frozen=True, slots=True)
class Script:
    """The call's course: a status of 200 answers; without `talk_seconds` the callee stays."""

    status: int = 200
    rings_on: bool = False
    talk_seconds: int | None = None
    answer_is_lost: bool = False


def script_of(number: str, address: str) -> Script:
    """Read the course from the number's ending and the start of the gateway's address.

    0404 0408 0480 0486 0500 0503 0603 fail with that status, 0999 rings until its limit, 02NN answers and hangs up
    after NN seconds. A gateway `s503.` (any status) fails with it; `lost.` places the call and never tells.
    """
    lost = address.startswith("lost.")
    if found := _GATEWAY_STATUS.match(address) or _NUMBER_STATUS.search(number):
        return Script(int(found[1]), answer_is_lost=lost)
    if number.endswith("0999"):
        return Script(408, rings_on=True, answer_is_lost=lost)
    talks = _TALKS.search(number)
    return Script(talk_seconds=int(talks[1]) or None if talks else None, answer_is_lost=lost)
