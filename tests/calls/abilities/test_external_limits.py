"""One workspace's hanging hosts hold up neither another's analyses, checks and tools."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.choices import ExternalWork
from accounts.models import ExternalLease, Workspace
from accounts.services.external_leases import external_lease
from agents.choices import AiProvider, KeyProvider
from calls.analysis import analyze as analysis
from calls.choices import AnalysisStatus
from calls.models import Call, CallAnalysis, Event, ToolRun
from calls.services import tools
from telephony.models import Agent, ProviderKey
from telephony.services import provider_checks
from tests.calls.abilities.conftest import Asks
from tests.calls.conftest import Line, make_line
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db


@contextmanager
def all_held(workspace: Workspace, work: ExternalWork, most: int) -> Iterator[None]:
    """As many under way as the workspace may have."""
    with ExitStack() as stack:
        for _ in range(most):
            assert stack.enter_context(external_lease(workspace.pk, work))
        yield


# --- tools --------------------------------------------------------------------------------------------------


def test_a_tool_over_the_workspaces_limit_is_refused_and_goes_afterwards(
    ask: Asks, shop: Receiver, acme: Workspace, settings: Any
) -> None:
    settings.TOOLS_PER_WORKSPACE = 2
    with all_held(acme, ExternalWork.TOOL, 2):
        assert ask(order="1042").json() == {"ok": False, "result": tools.BUSY}
        assert shop.requests == []
    assert Event.objects.get(type="tool.called").data["message"] == tools.BUSY
    ToolRun.objects.all().delete()
    assert ask(order="1042").json()["ok"] is True
    assert not ExternalLease.objects.exists()


def test_a_workspace_has_no_more_tools_waiting_than_it_may_call(ask: Asks, call: Call, settings: Any) -> None:
    settings.TOOLS_PER_WORKSPACE = 2
    for _ in range(2):
        ToolRun.objects.create(call=call, request_id=uuid4(), name="find_order", requested_at=timezone.now())
    answered = ask.begin(order="1042")
    assert (answered.status_code, answered.json()) == (200, {"ok": False, "result": tools.BUSY})
    ToolRun.objects.update(requested_at=timezone.now() - timedelta(seconds=16))
    assert ask(order="1042").json()["ok"] is True


def test_another_workspaces_tools_do_not_count(ask: Asks, globex: Workspace, settings: Any) -> None:
    settings.TOOLS_PER_WORKSPACE = 2
    theirs = make_line(globex, "+12025550101").place()
    for _ in range(2):
        ToolRun.objects.create(call=theirs, request_id=uuid4(), name="find_order", requested_at=timezone.now())
    with all_held(globex, ExternalWork.TOOL, 2):
        assert ask(order="1042").json()["ok"] is True


def test_a_tool_that_breaks_gives_its_place_back(ask: Asks, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(tools, "_send", broken)
    assert ask(order="1042").json() == {"ok": False, "result": "The tool could not be called."}
    assert not ExternalLease.objects.exists()


# --- analyses -----------------------------------------------------------------------------------------------


@pytest.fixture
def analyzed(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[UUID]:
    """The calls whose analysis was asked for, in this order; the tasks run when they are sent."""
    settings.EXTERNAL_PER_WORKSPACE = 2
    asked: list[UUID] = []

    def analyze(call_id: UUID) -> None:
        asked.append(call_id)
        CallAnalysis.objects.filter(pk=call_id).update(status=AnalysisStatus.DONE, due_at=None)

    monkeypatch.setattr(analysis, "_analyze", analyze)
    return asked


def due(line: Line, count: int, minutes: int) -> list[UUID]:
    """Conversations to be analyzed, the longest due first."""
    calls = [line.place() for _ in range(count)]
    for number, call in enumerate(calls):
        CallAnalysis.objects.create(call=call, due_at=timezone.now() - timedelta(minutes=minutes, seconds=-number))
    return [call.pk for call in calls]


def test_a_backlog_leaves_another_workspaces_analysis_to_go_at_once(
    line: Line, acme: Workspace, globex: Workspace, analyzed: list[UUID]
) -> None:
    backlog, theirs = due(line, 5, minutes=60), due(make_line(globex, "+12025550101"), 1, minutes=0)
    with all_held(acme, ExternalWork.BACKGROUND, 2):
        assert analysis.sweep(most=1) == 1
        assert analyzed == theirs
        analysis.analyze(backlog[0])
    assert analyzed == theirs
    assert CallAnalysis.objects.filter(status=AnalysisStatus.PENDING, attempts=0).count() == 5


def test_what_was_over_is_taken_when_one_ends_the_oldest_first(line: Line, analyzed: list[UUID]) -> None:
    backlog = due(line, 5, minutes=60)
    analysis.analyze(backlog[2])
    assert analyzed == [backlog[2], backlog[0], backlog[1], backlog[3], backlog[4]]


def test_a_sweep_takes_of_each_workspace_what_it_may_have(
    line: Line, globex: Workspace, analyzed: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    backlog, theirs = due(line, 5, minutes=60), due(make_line(globex, "+12025550101"), 3, minutes=1)
    woken: list[UUID] = []
    monkeypatch.setattr(analysis, "publish", lambda _, call_id: woken.append(UUID(call_id)))
    assert analysis.sweep() == 4
    assert woken == [backlog[0], theirs[0], backlog[1], theirs[1]]


# --- provider checks ----------------------------------------------------------------------------------------


def test_one_workspaces_unchecked_agents_and_keys_leave_anothers_to_be_asked_about_next(
    acme: Workspace, globex: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago, lately = timezone.now() - timedelta(hours=1), timezone.now()
    for number in range(3):
        agent(acme, f"A{number}", long_ago + timedelta(seconds=number))
    agent(globex, "G0", lately)
    for number in range(2):
        due_at = long_ago + timedelta(seconds=number)
        ProviderKey.objects.create(
            workspace=acme, name=f"K{number}", provider=KeyProvider.GROQ, provider_check_due_at=due_at
        )
    asked: list[str] = []

    def check(pk: UUID, model: type[Agent | ProviderKey]) -> bool:
        asked.append(model._default_manager.get(pk=pk).name)
        return True

    monkeypatch.setattr(provider_checks, "check_again", check)
    assert provider_checks.check_due(seconds=30) == 6
    assert asked == ["A0", "K0", "G0", "K1", "A1", "A2"]


def agent(workspace: Workspace, name: str, due_at: Any) -> Agent:
    return Agent.objects.create(
        workspace=workspace, name=name, ai_provider=AiProvider.OPENAI, provider_check_due_at=due_at
    )
