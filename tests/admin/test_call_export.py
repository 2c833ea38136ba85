"""The calls of a list, exported as CSV."""

import csv
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from calls.choices import CallStatus, Reason
from calls.models import Call
from telephony.models import Agent
from tests.admin.conftest import Browser
from tests.calls.conftest import CALLEE, Line, make_line

LIST, EXPORT = reverse("admin:calls_call_changelist"), reverse("admin:calls_call_export_csv")


@pytest.fixture
def line(acme: Workspace) -> Line:
    return make_line(acme)


def export(client: Client, query: str = "") -> list[dict[str, str]]:
    answer: Any = client.get(f"{EXPORT}?{query}")
    assert answer.status_code == 200
    assert answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="calls-')
    return list(csv.DictReader(answer.getvalue().decode("utf-8-sig").splitlines()))


def test_a_call_is_exported_with_its_outcome_and_times(line: Line, acme_viewer: User, signed_in: Browser) -> None:
    Workspace.objects.update(time_zone="Europe/Berlin")
    call, at = line.place(), datetime(2026, 7, 1, 12, 0, 5, tzinfo=UTC)
    Call.objects.update(
        created_at=at, started_at=at, ended_at=at + timedelta(seconds=9), status=CallStatus.BUSY, reason=Reason.BUSY,
        sip_status_code=486, attempts_made=2, sip_call_id="abc@192.0.2.1",
    )  # fmt: skip
    (row,) = export(signed_in(acme_viewer))
    assert row == {
        "id": str(call.pk), "direction": "outbound", "status": "busy", "reason": "busy",
        "reason_text": "The callee is busy: the carrier responded 486 Busy Here.", "sip_status_code": "486",
        "from": "'+12025550100", "to": f"'{CALLEE}", "agent": "Caller", "trunk": "Out", "workspace": "Acme",
        "created_at": "2026-07-01 14:00:05", "started_at": "2026-07-01 14:00:05", "answered_at": "",
        "ended_at": "2026-07-01 14:00:14", "time_zone": "Europe/Berlin", "duration_seconds": "", "attempts": "2",
        "sip_call_id": "abc@192.0.2.1", "livekit_call_id": "", "room_name": "",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1"])
def test_a_spreadsheet_runs_no_cell(text: str, line: Line, acme_viewer: User, signed_in: Browser) -> None:
    line.place()
    Agent.objects.update(name=text)
    Call.objects.update(from_number=text, sip_call_id=text)
    (row,) = export(signed_in(acme_viewer))
    assert (row["agent"], row["from"], row["sip_call_id"]) == (f"'{text}",) * 3


def test_the_button_exports_what_is_filtered(line: Line, acme_viewer: User, signed_in: Browser) -> None:
    busy, _, other = line.place(), line.place(), line.place(to="+12025550177")
    Call.objects.filter(pk__in=[busy.pk, other.pk]).update(reason=Reason.BUSY)
    client, query = signed_in(acme_viewer), "q=0123&reason__exact=busy&p=1"
    assert f'href="{EXPORT}?{query.replace("&", "&amp;")}"' in client.get(f"{LIST}?{query}").content.decode()
    assert [row["id"] for row in export(client, query)] == [str(busy.pk)]
    assert len(export(client)) == 3


def test_a_long_list_is_exported_whole_and_once(
    line: Line, acme_viewer: User, signed_in: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [line.place(to=f"+12025550{n:03}") for n in range(9)]
    Call.objects.filter(pk__in=[call.pk for call in calls[:6]]).update(created_at=timezone.now())
    monkeypatch.setattr("calls.admin.export.EACH", 2)
    exported = [row["id"] for row in export(signed_in(acme_viewer))]
    assert exported == [str(pk) for pk in Call.objects.order_by("-created_at", "-id").values_list("pk", flat=True)]


def test_a_filter_that_does_not_exist_exports_nothing(line: Line, acme_viewer: User, signed_in: Browser) -> None:
    line.place()
    client = signed_in(acme_viewer)
    assert client.get(f"{EXPORT}?agent__provider_key=x").status_code == 400
    assert client.get(f"{EXPORT}?agent__id__exact=nonsense").status_code == 302


def test_an_outsider_exports_only_their_own_calls(
    line: Line, globex: Workspace, outsider: User, signed_in: Browser
) -> None:
    line.place()
    client = signed_in(outsider)
    assert export(client) == []
    assert export(client, f"workspace__id__exact={line.workspace.pk}") == []
    own = make_line(globex, "+12025550111").place()
    assert [row["id"] for row in export(client, "q=0123")] == [str(own.pk)]


def test_a_member_of_no_workspace_exports_nothing(signed_in: Browser, db: None) -> None:
    person = User.objects.create_user("new@voxa.example", "a long password", is_staff=True)
    assert signed_in(person).get(EXPORT).status_code == 403
    assert Client().get(EXPORT).status_code == 302
