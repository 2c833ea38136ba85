"""A carrier's numbers are brought in over its API: all pages, each number for itself, as often as one likes."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Workspace
from telephony.carriers import telnyx
from telephony.carriers.registry import CarrierNotConfigured, CarrierUnavailable, carrier_api
from telephony.models import PhoneNumber, Trunk
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk
from tests.receiver import Receiver, answer, receiver

KEY = "KEY-telnyx-3141"
CONNECTION = "1293384261075731499"


class Carrier:
    """A stand-in for Telnyx: the numbers of one connection, a page of two at a time."""

    def __init__(self, box: Receiver) -> None:
        self.box = box
        self.rows: list[dict[str, Any]] = []
        box.respond = self.respond

    def have(self, *numbers: str, **fields: Any) -> None:
        self.rows += [{"phone_number": number, "status": "active", **fields} for number in numbers]

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        asked = parse_qs(urlsplit(handler.path).query)
        if handler.headers["Authorization"] != f"Bearer {KEY}":
            answer(401, b"{}")(handler)
            return
        rows = self.rows if asked["filter[connection_id]"] == [CONNECTION] else []
        page = int(asked["page[number]"][0])
        meta = {"total_pages": max(1, -(-len(rows) // 2)), "page_number": page}
        answer(200, json.dumps({"data": rows[2 * page - 2 : 2 * page], "meta": meta}).encode())(handler)


@pytest.fixture
def carrier(settings: Any) -> Iterator[Carrier]:
    with receiver() as box:
        settings.TELNYX_BASE_URL = box.url("")
        settings.TELNYX_API_KEY, settings.TELNYX_CONNECTION_ID = KEY, CONNECTION
        yield Carrier(box)


@pytest.fixture
def trunk(acme: Workspace) -> Trunk:
    return make_trunk(acme)


def make_trunk(workspace: Workspace, **fields: Any) -> Trunk:
    data = {"name": "Telnyx", "carrier": "telnyx", "gateways": [{"ip_or_domain": "192.0.2.10"}]}
    return create_trunk(workspace, data | fields)


def run(*more: str) -> str:
    """Run the command; return its table."""
    out = StringIO()
    call_command("import_numbers", "--carrier", "telnyx", "--workspace", "acme", *more, stdout=out, stderr=StringIO())
    return out.getvalue()


def numbers_of(trunk: Trunk) -> list[str]:
    return list(trunk.numbers.order_by("number").values_list("number", flat=True))


@pytest.mark.django_db(transaction=True)
def test_all_pages_come_in_and_a_second_run_changes_nothing(carrier: Carrier, trunk: Trunk) -> None:
    carrier.have(*(f"+1555010000{n}" for n in range(5)), customer_reference="Sales")
    assert "added" in run()
    assert numbers_of(trunk) == [f"+1555010000{n}" for n in range(5)]
    assert len(carrier.box.requests) == 3
    assert trunk.numbers.first().label == "Sales"  # type: ignore[union-attr]
    trunk.refresh_from_db()
    generation = trunk.generation
    assert "added" not in run()
    trunk.refresh_from_db()
    assert trunk.generation == generation


def test_a_dry_run_tells_and_writes_nothing(carrier: Carrier, trunk: Trunk) -> None:
    carrier.have("+15550100000", "hello")
    with pytest.raises(CommandError):
        run("--dry-run")
    assert numbers_of(trunk) == []


def test_each_number_for_itself(carrier: Carrier, trunk: Trunk, acme: Workspace, globex: Workspace) -> None:
    other = make_trunk(acme, name="Other")
    add_number(other, "+15550100001")
    add_number(make_trunk(globex), "+15550100002")
    carrier.have("+15550100000", "+15550100001", "+15550100002", "555", "+15550100000")
    carrier.have("+15550100004", status="port_pending")
    out = StringIO()
    with pytest.raises(CommandError, match="Some numbers") as error:
        call_command(
            "import_numbers", carrier="telnyx", workspace="acme", trunk=str(trunk.pk), stdout=out, stderr=StringIO()
        )
    assert error.value.returncode == 1
    table = {row.split()[0]: row for row in out.getvalue().splitlines()[1:]}
    assert "added" in table["+15550100000"]
    assert "It stays on trunk Other" in table["+15550100001"]
    assert "taken" in table["+15550100002"]
    assert "globex" not in out.getvalue().lower()
    assert "refused" in table["555"]
    assert "port pending" in table["+15550100004"]
    assert numbers_of(trunk) == ["+15550100000"]
    assert numbers_of(other) == ["+15550100001"]


def test_the_operators_carrier_is_the_default(carrier: Carrier, trunk: Trunk, settings: Any) -> None:
    settings.TELEPHONY_PROVIDER = "Telnyx"
    carrier.have("+15550100000")
    call_command("import_numbers", "--workspace", "acme", stdout=StringIO(), stderr=StringIO())
    assert numbers_of(trunk) == ["+15550100000"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--workspace", "nobody"], "does not exist"),
        (["--workspace", "acme", "--trunk", "ST_nothing"], "does not exist"),
        (["--workspace", "globex"], "has no trunk of telnyx"),
        (["--workspace", "acme"], "several trunks"),
        (["--workspace", "acme", "--carrier", ""], "TELEPHONY_PROVIDER"),
        (["--workspace", "globex", "--carrier", "acoustic"], "has no trunk of acoustic"),
    ],
)
def test_what_is_wrong_is_said(
    more: list[str], words: str, carrier: Carrier, trunk: Trunk, acme: Workspace, globex: Workspace
) -> None:
    make_trunk(acme, name="Second")
    with pytest.raises(CommandError, match=words):
        call_command("import_numbers", "--carrier", "telnyx", *more, stdout=StringIO(), stderr=StringIO())
    assert carrier.box.requests == []


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (401, b"{}", CarrierNotConfigured, "TELNYX_API_KEY"),
        (403, b"{}", CarrierNotConfigured, "TELNYX_API_KEY"),
        (404, b"{}", CarrierNotConfigured, "TELNYX_CONNECTION_ID"),
        (429, b"{}", CarrierUnavailable, "limits the request rate"),
        (503, b"", CarrierUnavailable, "status 503"),
        (200, b"<html>", CarrierUnavailable, "invalid list of numbers"),
        (200, b'{"data": [{}], "meta": {"total_pages": 1}}', CarrierUnavailable, "invalid list of numbers"),
        (200, b"[]", CarrierUnavailable, "invalid list of numbers"),
    ],
)
def test_what_the_carrier_says_no_with(
    status: int, body: bytes, error: type[Exception], words: str, carrier: Carrier
) -> None:
    carrier.box.respond = answer(status, body)
    with pytest.raises(error, match=words) as caught:
        carrier_api("telnyx").numbers()
    assert KEY not in str(caught.value)
    assert KEY not in repr(carrier_api("telnyx"))


def test_endless_pages_come_to_an_end(carrier: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telnyx, "MOST_PAGES", 2)
    carrier.have(*(f"+1555010000{n}" for n in range(5)))
    with pytest.raises(CarrierUnavailable, match="Split it"):
        carrier_api("telnyx").numbers()
    monkeypatch.setattr(telnyx, "SECONDS", -1.0)
    with pytest.raises(CarrierUnavailable, match="Try again later"):
        carrier_api("telnyx").numbers()


def test_a_carrier_that_is_away_is_told(settings: Any, carrier: Carrier) -> None:
    settings.TELNYX_BASE_URL = "http://127.0.0.1:1"
    with pytest.raises(CarrierUnavailable, match="cannot be reached"):
        carrier_api("telnyx").numbers()


def test_missing_settings_are_named(settings: Any) -> None:
    settings.TELNYX_API_KEY = settings.TELNYX_CONNECTION_ID = ""
    with pytest.raises(CarrierNotConfigured, match="TELNYX_API_KEY and TELNYX_CONNECTION_ID"):
        carrier_api("telnyx")
    with pytest.raises(CarrierNotConfigured, match="Supported carriers: telnyx"):
        carrier_api("acoustic")


def test_many_numbers_ask_for_few_syncs(
    carrier: Carrier, trunk: Trunk, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr("voxa.core.tasks.publish", lambda *args: sent.append(args))
    carrier.have(*(f"+1555010{n:04d}" for n in range(6)))
    with django_capture_on_commit_callbacks(execute=True):
        run()
    assert len(sent) == 1
    assert PhoneNumber.objects.filter(trunk=trunk).count() == 6
