"""Dispatchers side by side, and killed: each call is dialed once an attempt, at the pace that its trunk allows."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from calls.choices import ENDED, Reason
from calls.dialer.attempts import LEASE
from calls.dialer.rate_limits import LATENESS
from calls.models import Attempt, Call
from tests.calls.conftest import Line
from tests.calls.dispatchers import dispatcher
from tests.calls.sink import DialSink
from tests.live.process import Process, wait_until

pytestmark = pytest.mark.postgres
SOAK = os.environ.get("VOXA_SOAK") == "1"
MakeLine = Callable[..., Line]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[int], list[Process]]]:
    """`start(4)` gives four running dispatchers."""
    running: list[Process] = []

    def make(how_many: int) -> list[Process]:
        made = [dispatcher(tmp_path, f"dispatcher-{place}") for place in range(how_many)]
        for one in made:
            running.append(one)
            one.start()
        return made

    yield make
    for one in running:
        one.kill()


def all_over() -> bool:
    return not Call.objects.exclude(status__in=ENDED).exists()


@pytest.mark.soak
def test_due_calls_are_dialed_exactly_once(
    sink_line: MakeLine, sink: DialSink, start: Callable[[int], list[Process]]
) -> None:
    line = sink_line(calls_per_second=Decimal(500))
    calls = [line.place() for _ in range(1000 if SOAK else 60)]
    start(4)
    wait_until(all_over, "all calls over", 120)
    assert len(sink.rooms()) == len(calls)
    assert set(sink.rooms().values()) == {1}
    assert set(Call.objects.values_list("reason", "sip_status_code")) == {(Reason.DECLINED, 603)}


@pytest.mark.soak
def test_killed_dispatchers_dial_no_attempt_twice_and_lose_no_call(
    sink_line: MakeLine, sink: DialSink, start: Callable[[int], list[Process]]
) -> None:
    calls, kills = (500, 50) if SOAK else (60, 4)
    line = sink_line(calls_per_second=Decimal(5 if SOAK else 10))
    for _ in range(calls):
        line.place()
    chance = random.Random(7)
    crew = start(3)
    for _ in range(kills):
        time.sleep(chance.uniform(0.5, 1.5))
        victim = chance.choice(crew)
        victim.kill()
        victim.start()
    wait_until(all_over, "all calls over", LEASE.total_seconds() + 10 + calls / 4)
    assert max(sink.rooms().values()) == 1
    undialed = Attempt.objects.filter(dialed_at=None).values_list("room_name", flat=True)
    assert not set(undialed) & set(sink.rooms())
    for call in Call.objects.all():
        assert call.reason in (Reason.DECLINED, Reason.OUTCOME_UNKNOWN)
        dialed = [room for room in sink.rooms() if room.startswith(f"call-{call.pk}-")]
        assert len(dialed) <= 1, "a call that was declined, or may have been, is not dialed again"


@pytest.mark.soak
@pytest.mark.parametrize("per_second", [1, 5, 20])
def test_the_pace_holds_in_every_rolling_second_also_after_a_stall(
    sink_line: MakeLine, sink: DialSink, start: Callable[[int], list[Process]], per_second: int
) -> None:
    line = sink_line(calls_per_second=Decimal(per_second))
    seconds = 20 if SOAK else 4
    for _ in range(per_second * seconds):
        line.place()
    first = start(2)[0]
    wait_until(lambda: len(sink.dials) >= per_second, "the first dials", 15)
    os.kill(first.pid, signal.SIGSTOP)
    time.sleep(1.5)
    os.kill(first.pid, signal.SIGCONT)
    wait_until(all_over, "all calls over", seconds * 3 + 20)
    assert set(sink.rooms().values()) == {1}
    # Each dial is sent within LATENESS of its turn, or not at all: see test_a_late_dial_is_not_sent. So turns this
    # far apart hold the limit where dials are sent, however late a busy machine's other end reads them.
    turns = sorted(turn for turn in Attempt.objects.values_list("dialed_at", flat=True) if turn)
    apart = [later - turn for turn, later in zip(turns, turns[per_second:], strict=False)]
    assert min(apart) >= timedelta(seconds=1) + LATENESS
    if SOAK:  # on a machine with nothing else to do
        assert sink.most_within(1.0) <= per_second
