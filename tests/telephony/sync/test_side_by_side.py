"""Jobs whose calls to LiveKit are side by side, and whose database work is in the thread that waits."""

import threading
from typing import Any, TypeVar

import pytest

from telephony.livekit import LiveKitClient, LiveKitNotFound, LiveKitUnauthorized, LiveKitUnavailable, Operation, trunks
from telephony.livekit.loop import complete, in_caller
from telephony.sync.side_by_side import Job, run_side_by_side
from tests.sandbox import SandboxServer
from tests.telephony.livekit_client.conftest import OUTBOUND

T = TypeVar("T")


class Counting(LiveKitClient):
    """Counts the calls that are in flight."""

    flying = most = 0

    async def ask(self, operation: Operation[T]) -> T:
        self.flying += 1
        self.most = max(self.most, self.flying)
        try:
            return await super().ask(operation)
        finally:
            self.flying -= 1


@pytest.fixture
def client(sandbox: SandboxServer) -> Counting:
    return Counting(sandbox.url, sandbox.key, sandbox.secret)


def _asks(client: LiveKitClient, times: int = 1) -> Job:
    async def job() -> None:
        for _ in range(times):
            await client.ask(trunks.list_rules())

    return job


def test_no_more_calls_are_in_flight_than_told(client: Counting) -> None:
    run_side_by_side([_asks(client, 3) for _ in range(9)], at_once=4)
    assert (client.flying, client.most) == (0, 4)


def test_each_job_goes_on_with_what_its_own_call_returned(client: Counting) -> None:
    returned: list[str] = []

    async def create() -> None:
        trunk_id = await client.ask(trunks.create_outbound(OUTBOUND))
        with pytest.raises(LiveKitNotFound):
            await client.ask(trunks.update_outbound("ST_gone", OUTBOUND))
        [stored] = await client.ask(trunks.list_outbound([trunk_id]))
        returned.append(stored.id)

    run_side_by_side([create] * 30, at_once=8)
    assert sorted(returned) == [stored.id for stored in client.run(trunks.list_outbound())]


def test_outcomes_are_noted_in_the_thread_that_waits(sandbox: SandboxServer) -> None:
    noted: list[tuple[Any, int]] = []
    client = LiveKitClient(
        sandbox.url,
        sandbox.key,
        "wrong" * 10,
        on_outcome=lambda error: noted.append((type(error), threading.get_ident())),
    )

    async def ask() -> None:
        with pytest.raises(LiveKitUnauthorized):
            await client.ask(trunks.list_rules())

    run_side_by_side([ask, ask], at_once=2)
    assert noted == [(LiveKitUnauthorized, threading.get_ident())] * 2


def test_what_a_job_raises_ends_all() -> None:
    client = LiveKitClient("ws://127.0.0.1:1", "key", "s" * 32)
    with pytest.raises(LiveKitUnavailable):
        run_side_by_side([_asks(client), _asks(client)], at_once=2)


def test_an_interrupted_thread_cancels_the_jobs_and_the_loop_lives_on(client: Counting) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    async def job() -> None:
        await in_caller(interrupt)
        raise AssertionError("It went on.")

    with pytest.raises(KeyboardInterrupt):
        run_side_by_side([job, _asks(client)], at_once=2)
    assert complete(client.ask(trunks.list_rules())) == []


def test_what_the_waiting_thread_raises_is_raised_in_the_job() -> None:
    def fail() -> None:
        raise ValueError("no")

    async def job() -> str:
        with pytest.raises(ValueError, match="no"):
            await in_caller(fail)
        return "went on"

    assert complete(job()) == "went on"
