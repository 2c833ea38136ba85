"""Due calls are claimed once each, oldest first, kept by a lease and taken over when it ran out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from accounts.models import Workspace
from calls.dialer.attempts import LEASE
from calls.dialer.queue import claim_due, release, renew, take_over
from calls.dialer.rate_limits import HORIZON, LONG_AGO
from calls.models import Call, DialSlot
from tests.calls.conftest import Line, make_line

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
MOMENT = timedelta(seconds=1)


@pytest.fixture
def token() -> UUID:
    return uuid4()


def due(line: Line, at: datetime = NOW, **fields: Any) -> Call:
    call = line.place()
    Call.objects.filter(pk=call.pk).update(due_at=at, **fields)
    return call


def test_what_is_due_is_claimed_oldest_first_and_only_once(line: Line, token: UUID) -> None:
    second, first, _ = due(line), due(line, NOW - MOMENT), due(line, NOW + MOMENT)
    assert claim_due(token, NOW, 1) == [(first.pk, 1)]
    assert claim_due(token, NOW, 9) == [(second.pk, 1)]
    assert claim_due(uuid4(), NOW, 9) == []
    first.refresh_from_db()
    assert (first.lease_token, first.leased_until, first.fence) == (token, NOW + LEASE, 1)


@pytest.mark.parametrize("status", ["dialing", "in_progress", "completed", "canceled"])
def test_only_queued_calls_are_claimed(line: Line, token: UUID, status: str) -> None:
    due(line, status=status)
    assert claim_due(token, NOW, 9) == []


def test_a_claim_that_is_not_renewed_runs_out_and_the_next_has_a_higher_fence(line: Line, token: UUID) -> None:
    call = due(line)
    claim_due(token, NOW, 9)
    assert claim_due(uuid4(), NOW + LEASE - MOMENT, 9) == []
    renew(token, [call.pk], NOW + LEASE - MOMENT)
    assert claim_due(uuid4(), NOW + LEASE, 9) == []
    assert claim_due(uuid4(), NOW + 2 * LEASE, 9) == [(call.pk, 2)]


def test_only_its_holder_renews_a_claim(line: Line, token: UUID) -> None:
    call = due(line)
    claim_due(token, NOW, 9)
    renew(uuid4(), [call.pk], NOW + LEASE)
    call.refresh_from_db()
    assert call.leased_until == NOW + LEASE


def test_what_was_not_begun_is_given_back_at_once(line: Line, token: UUID) -> None:
    begun, waiting = due(line), due(line)
    claim_due(token, NOW, 9)
    Call.objects.filter(pk=begun.pk).update(status="dialing")
    release(token, NOW)
    assert claim_due(uuid4(), NOW, 9) == [(waiting.pk, 3)], "whoever held it is turned away"


@pytest.mark.parametrize("field", ["full_until", "next_at"])
@pytest.mark.parametrize("which", ["trunk", "workspace"])
def test_calls_of_a_trunk_or_workspace_that_takes_none_now_are_left_alone(
    line: Line, globex: Workspace, token: UUID, field: str, which: str
) -> None:
    due(line, NOW - MOMENT)
    theirs = due(make_line(globex, "+12025550111"))
    times = {"next_at": LONG_AGO, "free_at": LONG_AGO, "full_until": LONG_AGO, field: NOW + HORIZON + MOMENT}
    DialSlot.objects.create(id=getattr(line, which).pk, **times)
    assert claim_due(token, NOW, 9) == [(theirs.pk, 1)]


def test_a_call_being_dialed_is_taken_over_when_its_dispatcher_is_gone(line: Line, token: UUID) -> None:
    lost = due(line, status="ringing", fence=3, leased_until=NOW - MOMENT)
    due(line, status="dialing", leased_until=NOW + MOMENT)
    due(line, status="in_progress", leased_until=NOW - MOMENT)
    due(line, status="ringing", direction="inbound", leased_until=NOW - MOMENT)
    assert take_over(token, NOW, 9) == [(lost.pk, 4)]
    assert take_over(uuid4(), NOW, 9) == []


@pytest.mark.django_db(transaction=True)
def test_dispatchers_side_by_side_share_the_calls_and_claim_none_twice(acme: Workspace) -> None:
    line = make_line(acme)
    for _ in range(40):
        due(line)
    start = Barrier(4)

    def dispatcher() -> list[UUID]:
        start.wait(10)
        mine: list[UUID] = []
        while found := claim_due(uuid4(), NOW, 3):
            mine += [pk for pk, _ in found]
        connection.close()
        return mine

    with ThreadPoolExecutor(4) as pool:
        shares = [future.result() for future in [pool.submit(dispatcher) for _ in range(4)]]
    claimed = [pk for share in shares for pk in share]
    assert len(claimed) == len(set(claimed)) == 40


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_row_that_another_dispatcher_is_claiming_is_passed_over_not_waited_for(acme: Workspace) -> None:
    line = make_line(acme)
    held, free = due(line, NOW - MOMENT), due(line)
    with transaction.atomic():
        Call.objects.select_for_update().get(pk=held.pk)
        with ThreadPoolExecutor(1) as pool:

            def other() -> list[tuple[UUID, int]]:
                try:
                    return claim_due(uuid4(), NOW, 9)
                finally:
                    connection.close()

            assert pool.submit(other).result(10) == [(free.pk, 1)]
