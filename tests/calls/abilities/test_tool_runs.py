"""A tool is called by a background worker: no request waits for it, it is called once, and nothing is kept of it."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls import tasks
from calls.choices import ToolRunStatus
from calls.models import Call, Event, ToolRun
from calls.services import tool_runs, tools
from calls.services.erasure import erase_number
from telephony.models import LiveKitProject
from tests.calls.abilities.conftest import Asks
from tests.calls.conftest import make_line
from tests.receiver import Receiver

RUN = "/internal/agent/tool/"


@pytest.fixture
def unsent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """The tasks that would go to the broker: none runs."""
    sent: list[tuple[Any, ...]] = []

    def publish(task: str, *args: object) -> bool:
        sent.append((task, *args))
        return True

    monkeypatch.setattr(tool_runs, "publish", publish)
    return sent


def age(seconds: float, **more: Any) -> None:
    ToolRun.objects.update(requested_at=timezone.now() - timedelta(seconds=seconds), **more)


def test_the_request_answers_before_the_tool_is_called(ask: Asks, shop: Receiver, unsent: list[Any]) -> None:
    begun = ask.begin(order="1042")
    run = ToolRun.objects.get()
    assert (begun.status_code, begun.json()) == (202, {"id": str(run.pk)})
    assert unsent == [("calls.tasks.run_tool", str(run.pk))]
    assert (ask.outcome(begun).status_code, shop.requests) == (202, [])
    tasks.run_tool(str(run.pk))
    assert ask.outcome(begun).json() == {"ok": True, "result": '{"state": "shipped"}'}


def test_asking_whether_it_is_done_is_cheap(ask: Asks, unsent: list[Any], django_assert_max_num_queries: Any) -> None:
    begun = ask.begin(order="1042")
    with django_assert_max_num_queries(2):  # the token's project, and the run
        assert ask.outcome(begun).status_code == 202


def test_it_is_called_once_however_often_it_is_asked_for_and_taken(
    ask: Asks, shop: Receiver, unsent: list[Any]
) -> None:
    begun = ask.begin(order="1042")
    assert ask.begin(order="1042").json() == begun.json()
    assert len(unsent) == 1
    for _ in range(2):
        tasks.run_tool(begun.json()["id"])
    assert len(shop.requests) == 1
    assert ask.begin(order="1042").json() == begun.json()
    assert Event.objects.filter(type="tool.called").count() == 1


def test_the_arguments_leave_the_row_when_they_are_taken(
    ask: Asks, unsent: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask.begin(order="1042")
    run = ToolRun.objects.get()
    seen: list[Any] = []

    def look(call: Call, request_id: object, name: str, arguments: Any) -> tuple[tools.Done, dict[str, int]]:
        seen.extend([arguments, ToolRun.objects.get().arguments, ToolRun.objects.get().status])
        return tools.Done(True, "Done."), {"httpStatus": 200}

    monkeypatch.setattr(tool_runs, "call_tool", look)
    tasks.run_tool(str(run.pk))
    assert seen == [{"order": "1042"}, {}, ToolRunStatus.UNDER_WAY]


def test_what_no_worker_took_in_time_is_told_and_not_called_later(ask: Asks, shop: Receiver, unsent: list[Any]) -> None:
    begun = ask.begin(order="1042")
    age(7)
    tasks.run_tool(begun.json()["id"])
    assert shop.requests == []
    assert ask.outcome(begun).json() == {"ok": False, "result": tool_runs.NOT_CALLED}
    assert ToolRun.objects.get().arguments == {}
    assert Event.objects.get(type="tool.called").data["message"] == tool_runs.NOT_CALLED


def test_a_worker_that_dies_with_the_tool_keeps_nobody_waiting(ask: Asks, unsent: list[Any]) -> None:
    begun = ask.begin(order="1042")
    age(14, status=ToolRunStatus.UNDER_WAY)
    assert ask.outcome(begun).status_code == 202
    age(16)
    assert ask.outcome(begun).json() == {"ok": False, "result": tool_runs.NO_ANSWER}


def test_a_broker_that_is_away_is_told_at_once(ask: Asks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool_runs, "publish", lambda *args: False)
    assert ask(order="1042").json() == {"ok": False, "result": tool_runs.NOT_CALLED}


def test_a_call_that_ended_meanwhile_calls_no_tool(ask: Asks, call: Call, shop: Receiver, unsent: list[Any]) -> None:
    begun = ask.begin(order="1042")
    Call.objects.update(end_requested="hung_up")
    tasks.run_tool(begun.json()["id"])
    assert ask.outcome(begun).json() == {"ok": False, "result": "The call is not in progress."}
    assert shop.requests == []


# --- who may ask ----------------------------------------------------------------------------------------------------


def test_a_result_is_for_the_worker_in_its_own_room_alone(
    ask: Asks, call: Call, globex: Workspace, worker_for: Callable[..., APIClient]
) -> None:
    path = RUN + ask.begin(order="1042").json()["id"]
    others = LiveKitProject.objects.create(name="G", url="ws://globex.test", api_key="gk", api_secret="g" * 40)
    theirs = make_line(globex, "+12025550101").place()
    Call.objects.filter(pk=theirs.pk).update(project=others, room_name=call.room_name, status="in_progress")
    for stranger in (
        worker_for(others, call.room_name),
        worker_for(call.project, "another-room"),
        worker_for(call.project),
    ):
        assert stranger.get(path).status_code == 404
    assert worker_for(call.project, call.room_name, aud="livekit").get(path).status_code == 401
    assert ToolRun.objects.get().taken_at is None
    assert worker_for(call.project, call.room_name).get(path).json()["ok"] is True


def test_an_unknown_run_is_not_found(worker: APIClient) -> None:
    assert worker.get(f"{RUN}{uuid4()}").status_code == 404
    assert worker.get(f"{RUN}x").status_code == 404


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_the_row_goes_once_the_worker_has_the_result(ask: Asks) -> None:
    begun = ask.begin(order="1042")
    tool_runs.sweep()
    assert ask.outcome(begun).json() == ask.outcome(begun).json()  # the answer may be lost
    tool_runs.sweep()
    assert ToolRun.objects.exists()
    ToolRun.objects.update(taken_at=timezone.now() - timedelta(seconds=11))
    tasks.watch_calls()
    assert not ToolRun.objects.exists()


@pytest.mark.parametrize("status", ToolRunStatus.values)
def test_what_nobody_asks_for_is_gone_after_a_minute(ask: Asks, unsent: list[Any], status: str) -> None:
    ask.begin(order="1042")
    age(61, status=status)
    tool_runs.sweep()
    assert not ToolRun.objects.exists()


def test_a_number_is_erased_from_what_waits_and_what_was_answered(
    ask: Asks, unsent: list[Any], acme: Workspace, globex: Workspace
) -> None:
    ask.begin(order="+12025550188")
    ToolRun.objects.update(result="Ask +1 202-555-0188.")
    erase_number("+12025550188", globex)
    assert "0188" in ToolRun.objects.get().result
    assert erase_number("+12025550188", acme)["tools' arguments and results"] == 2
    run = ToolRun.objects.get()
    assert (run.arguments, run.result) == ({"order": "erased"}, "Ask erased.")


def test_what_was_asked_in_a_persons_calls_is_deleted(ask: Asks, call: Call) -> None:
    ask.begin(order="1042")
    Call.objects.filter(pk=call.pk).update(status="completed")
    assert erase_number(call.from_number)["tools' arguments and results"] == 1
    assert not ToolRun.objects.exists()


def test_neither_task_nor_log_holds_arguments_or_results(
    ask: Asks, unsent: list[Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(tools, "_send", broken)
    with caplog.at_level(logging.DEBUG):
        tasks.run_tool(ask.begin(order="secret-1042").json()["id"])
    assert "could not be called" in caplog.text
    assert "secret-1042" not in caplog.text + str(unsent)
