"""SIP codes are told in words, known or not."""

import pytest

from calls.dialer.outcomes import _BY_CODE
from calls.presentation.sip_codes import sip_name, sip_words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (486, "486 Busy Here: the callee is busy"),
        (499, "499: the carrier rejected the call"),
        (599, "599: the gateway failed"),
        (999, "999"),
        (None, ""),
    ],
)
def test_a_code_in_words(code: int | None, words: str) -> None:
    assert sip_words(code) == words


@pytest.mark.parametrize("code", _BY_CODE)
def test_every_code_that_decides_something_has_a_name(code: int) -> None:
    assert sip_name(code) != str(code)
