"""Which addresses of a DNS answer count."""

from collections.abc import Sequence

import pytest

from telephony.sync import dns
from telephony.sync.dns import Answer, look_up


@pytest.mark.parametrize(
    ("answered", "kept"),
    [
        (["192.0.2.1", "0.0.0.0"], ("192.0.2.1",)),
        (["::ffff:192.0.2.1", "192.0.2.1"], ("192.0.2.1",)),
        (["2001:db8::1", "ff02::1", "fe80::1"], ("2001:db8::1",)),
    ],
)
def test_addresses_that_no_carrier_can_have_are_left_out(
    monkeypatch: pytest.MonkeyPatch, answered: Sequence[str], kept: tuple[str, ...]
) -> None:
    monkeypatch.setattr(dns, "_from_servers", lambda name: Answer(tuple(answered)))
    assert look_up("carrier.example").addresses == kept


def test_a_name_that_leads_nowhere_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns, "_from_servers", lambda name: Answer(("0.0.0.0",)))
    assert look_up("blocked.example").error == "The name resolves to 0.0.0.0, which no carrier can have."
