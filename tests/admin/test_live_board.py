"""The live board: whose calls it shows, and who hangs up which."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import Membership, User, Workspace
from calls.choices import LIVE, CallStatus, Reason
from calls.models import Call, TranscriptItem
from tests.admin.conftest import Browser
from tests.calls.conftest import CALLEE, Line, make_line

BOARD, ROWS = reverse("live_board"), reverse("live_rows")


@pytest.fixture
def line(acme: Workspace) -> Line:
    return make_line(acme)


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Calls whose room a task was asked to close."""
    asked: list[str] = []
    monkeypatch.setattr("calls.services.hangup.publish", lambda task, pk: asked.append(pk))
    return asked


def live(line: Line, to: str = CALLEE, status: CallStatus = CallStatus.IN_PROGRESS) -> Call:
    call = line.place(to=to)
    answered = timezone.now() - timedelta(minutes=2, seconds=5) if status == CallStatus.IN_PROGRESS else None
    Call.objects.filter(pk=call.pk).update(status=status, answered_at=answered)
    return call


def html(client: Client, url: str = ROWS) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def press(client: Client, **data: Any) -> str:
    answer = client.post(BOARD, data, follow=True)
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)


def asked_to_end() -> int:
    return Call.objects.filter(end_requested=Reason.HUNG_UP).count()


@pytest.mark.parametrize("url", [BOARD, ROWS])
def test_the_board_shows_live_calls_alone(url: str, line: Line, acme_viewer: User, signed_in: Browser) -> None:
    for n, status in enumerate(CallStatus):
        live(line, f"+1202555017{n}", status)
    shown = html(signed_in(acme_viewer), url)
    assert {status for n, status in enumerate(CallStatus) if f"+1202555017{n}" in shown} == LIVE
    assert "3 live calls" in shown
    assert ">2 min " in shown  # and the seconds that the test has taken
    assert {line.agent.name in shown, line.trunk.name in shown} == {True}


def test_new_calls_are_added_below_and_ended_ones_leave(line: Line, acme_viewer: User, signed_in: Browser) -> None:
    client, first, second = signed_in(acme_viewer), live(line), live(line, "+12025550177")
    shown = html(client)
    assert shown.index(str(first.pk)) < shown.index(str(second.pk))
    Call.objects.filter(pk=first.pk).update(status=CallStatus.COMPLETED)
    assert str(first.pk) not in html(client)
    Call.objects.update(status=CallStatus.COMPLETED)
    assert "No live calls" in html(client)


def test_the_last_words_of_each_call_are_shown(line: Line, acme_viewer: User, signed_in: Browser) -> None:
    first, second, now = live(line), live(line, "+12025550177"), timezone.now()
    for n, (call, speaker, text) in enumerate(
        [(first, "agent", "Hello"), (first, "caller", "My order <b>"), (second, "agent", "long " * 40)]
    ):
        at = now + timedelta(seconds=n)
        TranscriptItem.objects.create(call=call, speaker=speaker, text=text, started_at=at, ended_at=at)
    live(line, "+12025550178")
    shown = html(signed_in(acme_viewer))
    assert "Caller: My order &lt;b&gt;" in shown
    assert "Hello" not in shown
    assert "Agent: " + ("long " * 24).rstrip() + "…" in shown
    assert shown.count("None yet") == 1


def test_a_poll_costs_one_query_however_many_calls(
    line: Line, acme_viewer: User, signed_in: Browser, django_assert_max_num_queries: Any, monkeypatch: Any
) -> None:
    for n in range(12):
        live(line, f"+12025550{n:03}")
    client = signed_in(acme_viewer)
    with django_assert_max_num_queries(4):  # session, person, roles, calls
        html(client)
    monkeypatch.setattr("calls.admin.live.SHOWN", 10)
    shown = html(client)
    assert "12 live calls, the newest 10 shown" in shown
    assert shown.count("<tr ") == 10
    assert "+12025550001" not in shown


def test_an_operator_hangs_up_one_and_several(
    line: Line, acme_operator: User, signed_in: Browser, closed: list[str],
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    client, calls = signed_in(acme_operator), [live(line, f"+1202555017{n}") for n in range(5)]
    assert f'name="only" value="{calls[0].pk}"' in html(client, BOARD)
    selected = [str(call.pk) for call in calls[1:3]]
    with django_capture_on_commit_callbacks(execute=True):
        assert "Hanging up 1 call." in press(client, only=str(calls[0].pk), id=selected)
    assert asked_to_end() == 1
    Call.objects.filter(pk=calls[1].pk).update(status=CallStatus.COMPLETED)
    with django_capture_on_commit_callbacks(execute=True):
        assert "Hanging up 1 call. 1 call had already ended." in press(client, id=selected)
    with django_capture_on_commit_callbacks(execute=True):
        assert "Hanging up 2 calls." in press(client, id=[str(call.pk) for call in calls[3:]])
    assert asked_to_end() == 4
    assert set(closed) == {str(calls[n].pk) for n in (2, 3, 4)}  # the first, without a room, ended in the request
    assert "Hanging up" in html(client)
    assert 'name="only"' not in html(client)


def test_the_script_gets_the_rows_with_the_outcome(line: Line, acme_operator: User, signed_in: Browser) -> None:
    call = live(line)
    answer = signed_in(acme_operator).post(BOARD, {"only": str(call.pk)}, headers={"X-Requested-With": "fetch"})
    assert 'data-outcome="Hanging up 1 call."' in answer.content.decode()


def test_nothing_is_hung_up_without_a_selection(line: Line, acme_operator: User, signed_in: Browser) -> None:
    live(line)
    assert "Select the calls to hang up." in press(signed_in(acme_operator), id=["", "nonsense"])
    assert asked_to_end() == 0


def test_a_viewer_watches_and_hangs_up_nothing(line: Line, acme_viewer: User, signed_in: Browser) -> None:
    client, call = signed_in(acme_viewer), live(line)
    shown = html(client, BOARD)
    assert CALLEE in shown
    assert "Hang up" not in shown
    assert press(client, id=str(call.pk)) == "403"
    assert asked_to_end() == 0


def test_an_outsider_sees_and_hangs_up_nothing(
    line: Line, globex: Workspace, outsider: User, acme_operator: User, signed_in: Browser
) -> None:
    client, call = signed_in(outsider), live(line)
    own = live(make_line(globex, "+12025550111"), "+12025550188")
    assert CALLEE not in html(client)
    assert CALLEE not in html(client, BOARD)
    assert press(client, only=str(call.pk)) == "403"
    assert press(client, id=[str(own.pk), str(call.pk)]) == "403"
    assert asked_to_end() == 0
    Membership.objects.create(user=acme_operator, workspace=globex, role=Role.VIEWER)
    assert press(signed_in(acme_operator), id=[str(own.pk), str(call.pk)]) == "403"
    assert asked_to_end() == 0


def test_a_member_of_no_workspace_is_refused(signed_in: Browser, db: None) -> None:
    person = User.objects.create_user("new@voxa.example", "a long password", is_staff=True)
    client = signed_in(person)
    assert [client.get(BOARD).status_code, client.get(ROWS).status_code] == [403, 403]
    assert BOARD not in client.get(reverse("admin:index")).content.decode()


def test_a_superuser_sees_whose_calls_they_are(
    line: Line, globex: Workspace, superuser: User, signed_in: Browser
) -> None:
    live(line)
    live(make_line(globex, "+12025550111"), "+12025550188")
    shown = html(signed_in(superuser))
    assert {"Acme" in shown, "Globex" in shown, CALLEE in shown, "+12025550188" in shown} == {True}


def test_strangers_are_sent_to_the_sign_in(db: None) -> None:
    assert {Client().get(url).status_code for url in (BOARD, ROWS)} == {302}
