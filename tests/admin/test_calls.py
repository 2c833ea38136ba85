"""Calls in the admin: found fast, explained in words, dialed, cancelled and hung up by an operator."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from calls.choices import AttemptStatus, CallStatus, Direction, EventType, Reason
from calls.dialer.attempts import apply_refusal
from calls.models import Attempt, Call
from calls.routing.policies import Refusal
from calls.services.timeline import advance, end, note
from telephony.models import LiveKitProject
from tests.admin.conftest import Browser
from tests.calls.conftest import CALLEE, Line, make_line

LIST = reverse("admin:calls_call_changelist")
BUTTONS = ("dial", "cancel", "hangup")


@pytest.fixture
def line(acme: Workspace) -> Line:
    return make_line(acme)


@pytest.fixture
def call(line: Line) -> Call:
    return line.place()


def page(call: Call, name: str = "change") -> str:
    return reverse(f"admin:calls_call_{name}", args=[call.pk])


def words(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def fail(call: Call, code: int, reason: Reason, status: CallStatus) -> None:
    """Dial a call once without success."""
    now = timezone.now()
    advance(call, CallStatus.DIALING, now, started_at=now, attempts_made=1)
    attempt = Attempt.objects.create(
        call=call, number=1, trunk=call.trunk, livekit_trunk_id="ST_1", room_name=f"call-{call.pk}-1",
        status=AttemptStatus.FAILED, sip_status_code=code, reason=reason, started_at=now, ended_at=now,
    )  # fmt: skip
    note(call, EventType.ATTEMPT_FAILED, now, attempt, reason=reason, sipStatusCode=code, sipStatus="")
    end(call, now, reason, status, sip_status_code=code)


def test_a_call_that_did_not_work_is_explained_in_a_sentence(call: Call, acme_viewer: User, signed_in: Browser) -> None:
    fail(call, 486, Reason.BUSY, CallStatus.BUSY)
    html = words(signed_in(acme_viewer), page(call))
    assert "The callee is busy: the carrier responded 486 Busy Here." in html
    assert "Place the call again at another time." in html
    assert "486 Busy Here: the callee is busy" in html
    assert "Attempt failed" in html


def test_a_refused_call_names_the_policy_and_its_particulars(call: Call, acme_viewer: User, signed_in: Browser) -> None:
    words_of_policy = "Calls to JM are not allowed. Allowed countries: US."
    apply_refusal(call, Refusal(Reason.COUNTRY, words_of_policy), timezone.now())
    html = words(signed_in(acme_viewer), page(call))
    assert "Not dialed: Calls to this country are not allowed." in html
    assert "Add the country to the allowed destinations." in html
    assert words_of_policy in html


def test_a_call_that_no_dispatcher_takes_says_so(
    call: Call, acme_viewer: User, signed_in: Browser, settings: Any
) -> None:
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = "ws://127.0.0.1:1", "key", "s" * 32
    LiveKitProject.default()
    Call.objects.update(due_at=timezone.now() - timedelta(minutes=5))
    assert "manage.py dispatch_calls" in words(signed_in(acme_viewer), page(call))


def test_a_page_refreshes_itself_until_the_call_is_over(call: Call, acme_viewer: User, signed_in: Browser) -> None:
    client = signed_in(acme_viewer)
    panel = page(call, "panel")
    assert f'hx-get="{panel}"' in words(client, page(call))
    assert f'hx-get="{panel}"' in words(client, panel)
    end(call, timezone.now(), Reason.CANCELED, CallStatus.CANCELED)
    assert "hx-get" not in words(client, panel)


def test_a_list_asks_for_calls_under_way_until_there_are_none(
    call: Call, acme_viewer: User, signed_in: Browser
) -> None:
    client = signed_in(acme_viewer)
    states = reverse("admin:calls_call_states") + f"?ids={call.pk}"
    assert states not in words(client, LIST)
    advance(call, CallStatus.DIALING, timezone.now())
    assert states in words(client, LIST)
    assert "Dialing" in words(client, states)
    end(call, timezone.now(), Reason.BUSY, CallStatus.BUSY)
    assert "hx-get" not in words(client, states)
    assert client.get(reverse("admin:calls_call_states") + "?ids=nonsense,,1").status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=12025550123", 1), ("q=%2B1+202+555-0123", 1), ("q=%2B12025550100", 1), ("q=%2B12025550199", 0),
        ("status=queued", 1), ("status=under_way", 0), ("status=busy", 0), ("direction=inbound", 0),
        ("created_at_from_0=2020-01-01&created_at_from_1=00:00:00", 1),
        ("created_at_to_0=2020-01-01&created_at_to_1=00:00:00", 0), ("created_at_from_0=2020-01-01", 1),
        ("created_at_from_0=2999-01-01", 0), ("created_at_to_0=2020-01-01", 0), ("created_at_to_0=soon", 1),
    ],
)  # fmt: skip
def test_a_list_is_narrowed(query: str, found: int, call: Call, acme_viewer: User, signed_in: Browser) -> None:
    answer = signed_in(acme_viewer).get(f"{LIST}?{query}")
    assert answer.context["cl"].result_count == found


def test_a_call_is_found_by_its_id_its_room_and_its_agent(call: Call, acme_viewer: User, signed_in: Browser) -> None:
    fail(call, 486, Reason.BUSY, CallStatus.BUSY)
    client = signed_in(acme_viewer)
    for query in (f"q={call.pk}", f"q=call-{call.pk}-1", f"agent__id__exact={call.agent_id}"):
        assert client.get(f"{LIST}?{query}").context["cl"].result_count == 1, query


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("reason__exact=busy", 1), ("reason__exact=no_answer", 0), ("reason__exact=bogus", 0),
        ("sip_status_code=486", 1), ("sip_status_code=+4XX+", 1), ("sip_status_code=5xx", 0), ("sip_status_code=", 1),
        ("sip_status_code=busy", 0), ("sip_status_code=99999999999", 0), ("sip_status_code=%D9%A4%D9%A8%D9%A6", 0),
        ("q=0123", 1), ("q=555-01", 1), ("q=9999", 0), ("q=carrier-id%40192.0.2.1", 1), ("q=other%40192.0.2.1", 0),
        ("q=0123&sip_status_code=486&reason__exact=busy", 1),
    ],
)  # fmt: skip
def test_a_list_is_narrowed_by_reason_code_part_of_a_number_and_call_id(
    query: str, found: int, call: Call, acme_viewer: User, signed_in: Browser
) -> None:
    fail(call, 486, Reason.BUSY, CallStatus.BUSY)
    Attempt.objects.update(sip_call_id="carrier-id@192.0.2.1")
    answer = signed_in(acme_viewer).get(f"{LIST}?{query}")
    assert answer.status_code == 200
    assert answer.context["cl"].result_count == found


def test_an_operator_dials_a_scheduled_call_now(
    line: Line, acme_operator: User, signed_in: Browser, settings: Any
) -> None:
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = "ws://127.0.0.1:1", "key", "s" * 32
    LiveKitProject.default()
    call = line.place(scheduled_at=timezone.now() + timedelta(hours=3))
    answer = signed_in(acme_operator).post(page(call, "dial"), follow=True)
    assert "as soon as the limits allow" in answer.content.decode()
    call.refresh_from_db()
    assert call.due_at is not None
    assert call.due_at <= timezone.now()


def test_dialing_without_livekit_says_what_is_missing(call: Call, acme_operator: User, signed_in: Browser) -> None:
    answer = signed_in(acme_operator).post(page(call, "dial"), follow=True)
    assert "call remains queued" in answer.content.decode()


def test_an_operator_cancels_a_queued_call(call: Call, acme_operator: User, signed_in: Browser) -> None:
    client = signed_in(acme_operator)
    client.post(page(call, "cancel"))
    call.refresh_from_db()
    assert call.status == CallStatus.CANCELED
    assert "The call was answered or is over" in client.post(page(call, "cancel"), follow=True).content.decode()


def test_an_operator_hangs_up_a_call_under_way(
    call: Call, acme_operator: User, signed_in: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calls.services.hangup.publish", lambda *args: None)
    now = timezone.now()
    advance(call, CallStatus.DIALING, now)
    advance(call, CallStatus.IN_PROGRESS, now, answered_at=now)
    client = signed_in(acme_operator)
    assert page(call, "hangup") in words(client, page(call))
    client.post(page(call, "hangup"))
    call.refresh_from_db()
    assert call.end_requested == Reason.HUNG_UP
    assert "Hanging up." in words(client, page(call))


def test_a_viewer_reads_and_presses_nothing(call: Call, acme_viewer: User, signed_in: Browser) -> None:
    client = signed_in(acme_viewer)
    assert CALLEE in words(client, page(call))
    assert page(call, "cancel") not in words(client, page(call))
    assert {client.post(page(call, name)).status_code for name in BUTTONS} == {403}


def test_an_outsider_sees_and_presses_nothing(call: Call, outsider: User, signed_in: Browser) -> None:
    client = signed_in(outsider)
    assert CALLEE not in words(client, LIST)
    assert CALLEE not in words(client, f"{LIST}?q={call.pk}")
    assert str(call.pk) not in words(client, reverse("admin:calls_call_states") + f"?ids={call.pk}")
    assert client.get(page(call)).status_code == 302
    assert client.get(page(call, "panel")).status_code == 403
    assert {client.post(page(call, name)).status_code for name in BUTTONS} == {403}
    call.refresh_from_db()
    assert call.status == CallStatus.QUEUED


def test_buttons_answer_to_a_press_alone(call: Call, acme_operator: User, signed_in: Browser) -> None:
    client = signed_in(acme_operator)
    assert {client.get(page(call, name)).status_code for name in BUTTONS} == {403}


def test_pages_cost_the_same_queries_however_many_calls(
    line: Line, acme_viewer: User, signed_in: Browser, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        fail(line.place(to=f"+1202555{number:04d}"), 486, Reason.BUSY, CallStatus.BUSY)
    call = Call.objects.filter(direction=Direction.OUTBOUND).first()
    assert call is not None
    client = signed_in(acme_viewer)
    with django_assert_max_num_queries(10):
        client.get(LIST)
    with django_assert_max_num_queries(12):
        client.get(page(call))
    with django_assert_max_num_queries(8):
        client.get(page(call, "panel"))


def test_a_call_is_found_by_its_call_ids_and_shows_them(
    call: Call, acme_viewer: User, outsider: User, signed_in: Browser
) -> None:
    Call.objects.filter(pk=call.pk).update(sip_call_id="8a1f@198.51.100.7", livekit_call_id="SCL_7nVbq2RkXw3M")
    for client, results in ((signed_in(acme_viewer), 1), (signed_in(outsider), 0)):
        for text in ("8a1f@198.51.100.7", "SCL_7nVbq2RkXw3M"):
            assert client.get(LIST, {"q": text}).context["cl"].result_count == results
    page = words(signed_in(acme_viewer), reverse("admin:calls_call_change", args=[call.pk]))
    assert "8a1f@198.51.100.7" in page
    assert "SCL_7nVbq2RkXw3M" in page
