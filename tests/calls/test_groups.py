"""Steps of several dials, done in one transaction of the database."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import WebhookMessage
from accounts.services.webhooks import create_endpoint
from calls.choices import CallStatus, Reason
from calls.dialer import attempts, retries
from calls.dialer.attempts import ClaimLost
from calls.dialer.groups import Job, Stage, _in_one_transaction
from calls.dialer.outcomes import Next, Outcome
from calls.dialer.rate_limits import Limit, limits_of
from calls.models import Attempt, Call, DialSlot, Event, UsageDay
from calls.routing.policies import Refusal
from calls.routing.route import Route, route
from calls.services.timeline import end
from telephony.models import TelephonySettings, Trunk
from tests.calls.conftest import Line

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
BUSY = Outcome(Reason.BUSY, CallStatus.BUSY, Next.LATER, 486, "Busy Here")
DECLINED = Outcome(Reason.DECLINED, CallStatus.FAILED, Next.STOP, 603, "Decline")


def begin(call: Call) -> tuple[Callable[[], Any], list[Limit]]:
    config = TelephonySettings.of(call.workspace_id)
    found = route(call, config, AT)
    assert isinstance(found, Route)
    limits = limits_of(found.trunk, config)
    return partial(attempts.begin, call, found, found.hops[0], limits, AT), limits


@pytest.fixture
def calls(line: Line) -> list[Call]:
    Trunk.objects.filter(pk=line.trunk.pk).update(calls_per_second=10)
    return [line.place(f"+1202555012{place}") for place in range(3)]


def run(calls: list[Call], work: Callable[[Call], tuple[Callable[[], Any], list[Limit]]] = begin) -> list[Any]:
    jobs = [(call, *work(call)) for call in calls]
    loop = asyncio.new_event_loop()
    try:
        return _in_one_transaction([Job(step, call, limits, loop.create_future()) for call, step, limits in jobs])
    finally:
        loop.close()


@pytest.fixture
def ended(calls: list[Call]) -> list[Call]:
    """Begin and end them in two groups."""
    begun = {call.pk: done[0] for call, done in zip(calls, run(calls), strict=True)}
    run(
        calls,
        lambda call: (partial(retries.unanswered, call, begun[call.pk], DECLINED, AT, more_hops=False), []),
    )
    return calls


@pytest.mark.django_db
def test_each_call_of_a_group_is_written_as_if_it_were_alone(ended: list[Call]) -> None:
    for call in ended:
        stored = Call.objects.get(pk=call.pk)
        assert (stored.status, stored.reason, stored.sip_status_code) == ("failed", "declined", 603)
        assert (call.status, call.attempts_made) == (stored.status, 1)
        assert Attempt.objects.get(call=call).status == "failed"
        told = list(Event.objects.filter(call=call).order_by("pk").values_list("type", flat=True))
        assert told == ["call.queued", "call.dialing", "attempt.failed", "call.failed"]


@pytest.mark.django_db
def test_calls_of_a_group_are_counted_once(ended: list[Call]) -> None:
    assert UsageDay.objects.get(outcome="failed").calls == len(ended)


@pytest.mark.django_db
def test_dials_of_a_group_keep_the_distance_of_the_rate_limit(line: Line, calls: list[Call]) -> None:
    times = sorted(at for _, at in run(calls))
    assert [later - first for first, later in pairwise(times)] == [timedelta(milliseconds=105)] * 2
    assert DialSlot.objects.get(pk=line.trunk.pk).next_at == times[-1] + timedelta(milliseconds=105)


@pytest.mark.django_db
def test_calls_of_a_group_count_towards_the_most_at_once_of_the_next(line: Line, calls: list[Call]) -> None:
    Trunk.objects.filter(pk=line.trunk.pk).update(max_concurrent_calls=2)
    first, second, third = run(calls)
    assert (first[0].number, second[0].number) == (1, 1)
    assert isinstance(third, Refusal)
    assert third.reason == Reason.CONCURRENCY
    assert Attempt.objects.count() == 2


@pytest.mark.django_db
def test_a_webhook_of_a_group_tells_the_attempts_that_the_group_wrote(line: Line, calls: list[Call]) -> None:
    create_endpoint(line.workspace, "https://hooks.example.com/voxa", ["call.status"])
    run(calls)
    for message in WebhookMessage.objects.filter(payload__status="dialing"):
        assert [attempt["status"] for attempt in message.payload["attempts"]] == ["dialing"]
    assert WebhookMessage.objects.filter(payload__status="dialing").count() == 3


@pytest.mark.django_db
def test_a_group_ends_what_is_left_of_a_calls_attempts(calls: list[Call]) -> None:
    run(calls)
    run(calls, lambda call: (partial(end, call, AT, Reason.CANCELED, CallStatus.CANCELED, fence=call.fence), []))
    assert set(Attempt.objects.values_list("status", "reason", "ended_at")) == {("canceled", "canceled", AT)}
    assert set(Call.objects.values_list("status", "lease_token")) == {("canceled", None)}


@pytest.mark.django_db
def test_a_call_returned_to_the_queue_by_a_group_counts_its_retry(calls: list[Call]) -> None:
    begun = {call.pk: done[0] for call, done in zip(calls, run(calls), strict=True)}
    run(calls, lambda call: (partial(retries.unanswered, call, begun[call.pk], BUSY, AT, more_hops=False), []))
    assert set(Call.objects.values_list("status", "retries", "sip_status_code")) == {("queued", 1, 486)}


@pytest.mark.django_db
def test_a_lost_claim_leaves_the_other_calls_of_the_group_alone(calls: list[Call]) -> None:
    Call.objects.filter(pk=calls[1].pk).update(fence=7)
    first, lost, last = run(calls)
    assert isinstance(lost, ClaimLost)
    assert [Attempt.objects.filter(call=call).count() for call in calls] == [1, 0, 1]
    assert (first[0].room_name, last[0].number) == (f"call-{calls[0].pk}-1", 1)


@pytest.mark.django_db
def test_a_stage_raises_what_the_work_of_one_call_raises(calls: list[Call]) -> None:
    def work(number: int) -> int:
        return 10 // number

    async def all_of_them() -> list[Any]:
        stage = Stage(lambda jobs: [job.alone() for job in jobs])
        return await asyncio.gather(*(stage.do(partial(work, n)) for n in (1, 0, 2)), return_exceptions=True)

    one, error, two = asyncio.run(all_of_them())
    assert (one, type(error), two) == (10, ZeroDivisionError, 5)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_group_does_not_wait_for_a_call_that_another_transaction_holds(calls: list[Call]) -> None:
    def lock_and_wait() -> list[Any]:
        try:
            return run(calls)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Call.objects.select_for_update().get(pk=calls[0].pk)
            done = pool.submit(lock_and_wait)
            while not Attempt.objects.filter(call=calls[2]).exists():
                assert not done.done()
        assert len(done.result(30)) == 3
    assert Attempt.objects.count() == 3
