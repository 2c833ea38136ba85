"""Who calls in: national and withheld numbers, and that a person is erased in the spelling that came."""

import pytest

from accounts.models import Workspace
from calls.livekit.ingest import settle
from calls.models import Call, LiveKitEvent
from calls.presentation.payloads import call_json
from calls.services.erasure import erase_number
from telephony.models import Trunk
from tests.calls.events.conftest import Entrance, joined, left, store


def came(entrance: Entrance, caller: str, *more: dict[str, object]) -> Call:
    payload = joined(entrance)
    payload["participant"]["attributes"]["sip.phoneNumber"] = caller
    for one in (payload, *more):
        store(entrance.project, one)
    call = settle(entrance.project, entrance.room)
    assert call is not None
    call.refresh_from_db()
    return call


@pytest.mark.parametrize(
    ("caller", "country", "number"),
    [
        ("2025550177", "", "+12025550177"),
        ("12025550177", "", "+12025550177"),
        ("0012025550177", "", "+12025550177"),
        ("02079460111", "GB", "+442079460111"),
        ("442079460111", "", "+442079460111"),
        ("sip:+12025550177@carrier.example", "", "+12025550177"),
    ],
)
def test_a_caller_is_read_in_the_trunks_country(entrance: Entrance, caller: str, country: str, number: str) -> None:
    Trunk.objects.update(country=country)
    call = came(entrance, caller)
    assert (call.from_number, call.from_typed) == (number, caller)
    assert call_json(call)["from"] == number


@pytest.mark.parametrize("caller", ["anonymous", "Restricted", "unavailable", "sip:anonymous@anonymous.invalid", ""])
def test_a_withheld_caller_has_no_number(entrance: Entrance, caller: str) -> None:
    call = came(entrance, caller)
    assert (call.from_number, call_json(call)["from"]) == ("", "")


def test_the_number_called_may_come_as_it_is_dialed_in_its_country(entrance: Entrance) -> None:
    payload = joined(entrance)
    payload["participant"]["attributes"]["sip.trunkPhoneNumber"] = entrance.number.number.removeprefix("+1")
    store(entrance.project, payload)
    call = settle(entrance.project, entrance.room)
    assert call is not None
    assert (call.number, call.to_number) == (entrance.number, entrance.number.number)


def test_a_caller_that_came_in_a_national_form_is_erased(entrance: Entrance, acme: Workspace) -> None:
    call = came(entrance, "2025550177", left(entrance, 30))
    Call.objects.update(metadata={"back": "(202) 555-0177", "other": "+492025550177"})
    found = erase_number("+12025550177")
    assert found["calls"] == 1
    call.refresh_from_db()
    assert (call.from_number, call.from_typed) == ("erased", "")
    assert call.metadata == {"back": "erased", "other": "+492025550177"}
    assert not LiveKitEvent.objects.filter(payload__icontains="2025550177").exists()
