"""A claimed call is routed, checked, recorded and given its send window in one transaction, with others at once."""

import asyncio
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Workspace
from calls.choices import Reason
from calls.dialer.groups import Job, _in_one_transaction
from calls.dialer.lead import Lead
from calls.dialer.queue import claim_due
from calls.dialer.rate_limits import LONGEST_AHEAD, SendWindow
from calls.dialer.start import Start
from calls.models import Attempt, Call, DoNotCall
from telephony.models import LiveKitProject, TelephonySettings, Trunk
from tests.calls.conftest import Line, make_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def quick(line: Line) -> Line:
    LiveKitProject.objects.update(is_default=False, url="ws://livekit.test", api_key="k", api_secret="s" * 40)
    Trunk.objects.filter(pk=line.trunk.pk).update(calls_per_second=100)
    return line


def started(leads: dict[UUID, Lead] | None = None) -> list[Any]:
    """Claim what is due and start it in one group; return what each call got, in the order of their numbers."""
    known = defaultdict(Lead) if leads is None else leads
    claimed = dict(claim_due(uuid4(), timezone.now(), 9))
    numbers = dict(Call.objects.values_list("pk", "to_number"))
    starts = [Start(pk, claimed[pk], known) for pk in sorted(claimed, key=numbers.__getitem__)]
    loop = asyncio.new_event_loop()
    try:
        jobs = [
            Job(start.begin, done=loop.create_future(), call_id=pk, first=start.route)
            for start, pk in zip(starts, sorted(claimed, key=numbers.__getitem__), strict=True)
        ]
        return _in_one_transaction(jobs, related=True)
    finally:
        loop.close()


def test_calls_that_are_due_take_their_windows_as_they_begin(quick: Line) -> None:
    calls = [quick.place(f"+1202555012{place}") for place in range(3)]
    begun = started()
    windows = [one.at for one in begun]
    assert all(isinstance(window, SendWindow) for window in windows)
    assert min(later.at - first.at for first, later in pairwise(windows)) >= timedelta(milliseconds=10.5)
    assert [Attempt.objects.get(call=call).dialed_at for call in calls] == [window.at for window in windows]


@pytest.mark.postgres
def test_a_group_takes_as_many_statements_as_one_call(quick: Line) -> None:
    quick.place("+12025550119")
    started()  # makes the rows of the rate limits
    took = []
    for calls in (1, 8):
        for place in range(calls):
            quick.place(f"+1202555013{place}")
        with CaptureQueriesContext(connection) as asked:
            assert len(started()) == calls
        took.append(len(asked))
    assert took[0] == took[1] <= 16


def test_a_call_whose_turn_is_later_takes_its_window_then(quick: Line) -> None:
    Trunk.objects.filter(pk=quick.trunk.pk).update(calls_per_second=2)
    quick.place("+12025550120")
    quick.place("+12025550121")
    first, second = started()
    assert isinstance(first.at, SendWindow)
    assert not isinstance(second.at, SendWindow)
    assert second.attempt.dialed_at is None


def test_where_livekit_is_slow_to_make_a_room_the_window_is_taken_after_it(quick: Line) -> None:
    slow = Lead()
    for _ in range(9):
        slow.note(-1e6)
    assert slow.taken() > LONGEST_AHEAD
    quick.place()
    [begun] = started(defaultdict(lambda: slow))
    assert not isinstance(begun.at, SendWindow)


def test_with_a_limit_of_a_day_calls_to_a_callee_are_counted_one_by_one(quick: Line) -> None:
    quick.settings(daily_attempts_per_callee=1)
    quick.place()
    [begun] = started()
    assert not isinstance(begun.at, SendWindow)


def test_only_those_on_the_list_of_their_own_workspace_are_refused(quick: Line, globex: Workspace) -> None:
    project = TelephonySettings.of(quick.workspace.pk).project
    TelephonySettings.objects.create(workspace=globex, project=project)
    other = make_line(globex, "+12025550111")
    for line in (quick, other):
        line.place("+12025550120")
        line.place("+12025550121")
    DoNotCall.objects.create(workspace=quick.workspace, number="+12025550120")
    DoNotCall.objects.create(workspace=globex, number="+12025550121")
    started()
    refused = Call.objects.filter(reason=Reason.DO_NOT_CALL).values_list("workspace", "to_number")
    assert set(refused) == {(quick.workspace.pk, "+12025550120"), (globex.pk, "+12025550121")}
    assert Attempt.objects.count() == 2


def test_a_lead_falls_soon_after_a_burst_but_not_below_the_shortest_of_late(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("calls.dialer.lead.time.monotonic", lambda: now)
    lead = Lead()
    for took in (0.03, 0.15, *[0.03] * 7):
        lead.note(now - took)
    assert lead.taken() == timedelta(seconds=0.15)
    now += 0.1
    assert lead.taken() == timedelta(seconds=0.075)
    now += 1
    assert lead.taken() == pytest.approx(timedelta(seconds=0.03), abs=timedelta(milliseconds=1))
