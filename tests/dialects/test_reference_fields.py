"""Each field of the references' requests has its effect: on the trunk, in LiveKit, or it is refused by name."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from livekit.protocol.sip import SIPMediaEncryption, SIPTransport
from rest_framework.test import APIClient

from telephony.dialects.outbound_trunks.serializers import (
    ExotelConfigSerializer,
    NewTrunkSerializer,
    TwilioConfigSerializer,
)
from telephony.dialects.transfer_trunks.serializers import NewTransferTrunkSerializer
from telephony.livekit import messages
from telephony.models import Trunk
from telephony.services import carrier_trunks
from telephony.sync.plan import plan
from telephony.sync.rows import read_trunks
from tests.effects.test_trunk_fields import writable

pytestmark = pytest.mark.django_db
Case = tuple[Any, Callable[[Any], Any], Any]  # what is sent, where to look in LiveKit's outbound trunk, what is there
TRANSFER = {"name": "Office", "host": "pbx.example.com", "username": "u", "password": "a secret"}
TRANSFER_CASES: dict[str, Case] = {
    "name": ("Berlin", lambda seen: seen.name, "Berlin"),
    "host": ("sip.example.org", lambda seen: seen.address, "sip.example.org:5060"),
    "port": (5070, lambda seen: seen.address, "pbx.example.com:5070"),
    "username": ("me", lambda seen: seen.auth_username, "me"),
    "password": ("another", lambda seen: seen.auth_password, "another"),
}
TWILIO = {
    "address": "example.pstn.twilio.com",
    "numbers": ["+15550100000"],
    "username": "AC1",
    "password": "token",
}
EXOTEL = {"exotel_number": "+918044319240"}
TWILIO_CASES: dict[str, Case] = {
    "address": ("other.pstn.twilio.com", lambda seen: seen.address, "other.pstn.twilio.com:5060"),
    "numbers": (["+15550100001", "+15550100002"], lambda seen: sorted(seen.numbers), ["+15550100001", "+15550100002"]),
    "username": ("AC2", lambda seen: seen.auth_username, "AC2"),
    "password": ("secret", lambda seen: seen.auth_password, "secret"),
}
EXOTEL_CASES: dict[str, Case] = {
    "exotel_number": ("+918044319241", lambda seen: list(seen.numbers), ["+918044319241"]),
    "sip_host": ("proxy.example.in", lambda seen: seen.address, "proxy.example.in:443"),
    "sip_port": (
        5070,
        lambda seen: (seen.address, seen.transport, seen.media_encryption),
        (
            "pstn.in2.exotel.com:5070",
            SIPTransport.SIP_TRANSPORT_TCP,
            SIPMediaEncryption.SIP_MEDIA_ENCRYPT_DISABLE,
        ),
    ),
    "sip_domain": ("acme.exotel.com", lambda seen: seen.from_host, "acme.exotel.com"),
}
CONFIGS: dict[str, tuple[dict[str, Any], dict[str, Case]]] = {
    "twilio": (TWILIO, TWILIO_CASES),
    "exotel": (EXOTEL, EXOTEL_CASES),
}


def in_livekit() -> Any:
    """Return the newest trunk as LiveKit gets it."""
    trunk = Trunk.objects.order_by("-created_at")[0]
    (one,) = plan(read_trunks([trunk.pk])[0], uuid4()).outbound
    return messages.outbound_message(one.spec)  # type: ignore[arg-type]


def test_every_field_of_the_references_is_walked() -> None:
    assert writable(NewTransferTrunkSerializer) == TRANSFER_CASES.keys()
    assert writable(TwilioConfigSerializer) == TWILIO_CASES.keys()
    assert writable(ExotelConfigSerializer) == EXOTEL_CASES.keys()
    assert writable(NewTrunkSerializer) == {"trunk_name", "trunk_type", "trunk_config"}


@pytest.mark.parametrize("field", TRANSFER_CASES)
def test_a_field_of_a_transfer_trunk_is_seen(api: APIClient, field: str) -> None:
    value, look, expected = TRANSFER_CASES[field]
    for body, is_seen in ((TRANSFER, False), ({**TRANSFER, field: value}, True)):
        assert api.post("/sip-trunks", body, format="json").status_code == 201
        assert (look(in_livekit()) == expected) is is_seen


@pytest.fixture
def create(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`create(kind, config)` creates a trunk, as if LiveKit had made it at once."""
    monkeypatch.setattr(carrier_trunks, "_provisioned", lambda trunk: "ST_1")

    def post(kind: str, config: dict[str, Any], **more: Any) -> Any:
        Trunk.objects.all().delete()
        body = {"trunk_name": "Production", "trunk_type": kind, "trunk_config": config, **more}
        return api.post("/sip/create-outbound-trunk", body, format="json")

    return post


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind in CONFIGS for field in CONFIGS[kind][1]])
def test_a_field_of_an_outbound_trunk_is_seen(create: Callable[..., Any], kind: str, field: str) -> None:
    config, cases = CONFIGS[kind]
    value, look, expected = cases[field]
    for sent, is_seen in ((config, False), ({**config, field: value}, True)):
        assert create(kind, sent).status_code == 200
        assert (look(in_livekit()) == expected) is is_seen


def test_name_and_type_of_an_outbound_trunk_are_seen(create: Callable[..., Any]) -> None:
    assert create("exotel", EXOTEL, trunk_name="India").status_code == 200
    assert in_livekit().name == "India"
    assert Trunk.objects.get().carrier == "exotel"


@pytest.mark.parametrize(("kind", "field"), [("twilio", "sip_host"), ("exotel", "username"), ("twilio", "region")])
def test_a_field_that_the_type_does_not_have_is_refused_by_name(
    create: Callable[..., Any], kind: str, field: str
) -> None:
    answer = create(kind, {**CONFIGS[kind][0], field: "x"})
    assert answer.status_code == 400
    assert f"trunk_config.{field}:" in answer.json()["message"]
    assert not Trunk.objects.exists()


def test_a_number_that_is_named_twice_is_refused_with_the_reason(create: Callable[..., Any]) -> None:
    answer = create("twilio", {**TWILIO, "numbers": ["+15550100000", "+1 555 010 0000"]})
    assert answer.status_code == 400
    assert answer.json()["message"] == "trunk_config.numbers[1]: This number is in the list twice."
