"""Jobs whose calls to LiveKit are side by side, and whose other steps are one after the other."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from telephony.livekit_client import (
    Ended,
    LiveKitClient,
    LiveKitNotFound,
    LiveKitUnauthorized,
    LiveKitUnavailable,
    Operation,
    trunks,
)
from telephony.sync import drive as driving
from telephony.sync.drive import Call, Steps, drive, finish
from tests.sandbox import SandboxServer
from tests.telephony.livekit_client.conftest import OUTBOUND


class Counting(LiveKitClient):
    """Counts the calls that are in flight."""

    flying = most = 0

    def begin(self, operations: Iterable[tuple[Operation[Any], Ended]]) -> None:
        super().begin([(operation, self._counted(ended)) for operation, ended in operations])

    def _counted(self, ended: Ended) -> Ended:
        self.flying += 1
        self.most = max(self.most, self.flying)
        return lambda answer: ended(lambda: self._landed(answer))

    def _landed(self, answer: Callable[[], Any]) -> Any:
        self.flying -= 1
        return answer()


class Silent(LiveKitClient):
    """Never tells the end of a call."""

    def begin(self, operations: Iterable[tuple[Operation[Any], Ended]]) -> None:
        """Notify nobody."""


@pytest.fixture
def client(sandbox: SandboxServer) -> Counting:
    return Counting(sandbox.url, sandbox.key, sandbox.secret)


def _asks(client: LiveKitClient, times: int = 1) -> Steps[int]:
    for _ in range(times):
        yield Call(client, trunks.list_rules())
    return times


def test_no_more_calls_are_in_flight_than_told(client: Counting) -> None:
    drive([_asks(client, 3) for _ in range(9)], at_once=4)
    assert (client.flying, client.most) == (0, 4)


def test_each_job_goes_on_with_what_its_own_call_gave(client: Counting) -> None:
    given: list[str] = []

    def create() -> Steps[None]:
        trunk_id = yield Call(client, trunks.create_outbound(OUTBOUND))
        with pytest.raises(LiveKitNotFound):
            yield Call(client, trunks.update_outbound("ST_gone", OUTBOUND))
        [stored] = yield Call(client, trunks.list_outbound([trunk_id]))
        given.append(stored.id)

    drive((create() for _ in range(30)), at_once=8)
    assert sorted(given) == [stored.id for stored in client.run(trunks.list_outbound())]


def test_outcomes_are_noted(sandbox: SandboxServer) -> None:
    noted: list[type] = []
    client = LiveKitClient(sandbox.url, sandbox.key, "wrong" * 10, on_outcome=lambda error: noted.append(type(error)))

    def ask() -> Steps[None]:
        with pytest.raises(LiveKitUnauthorized):
            yield Call(client, trunks.list_rules())

    drive([ask(), ask()], at_once=2)
    assert noted == [LiveKitUnauthorized] * 2


def test_what_a_job_raises_ends_all() -> None:
    client = LiveKitClient("ws://127.0.0.1:1", "key", "s" * 32)
    with pytest.raises(LiveKitUnavailable):
        drive([_asks(client), _asks(client)], at_once=2)


def test_calls_whose_end_is_never_told_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driving, "STUCK", 0.01)
    with pytest.raises(TimeoutError, match="stands still"):
        drive([_asks(Silent("ws://127.0.0.1:1", "key", "s" * 32))], at_once=2)


def test_one_job_gives_what_it_returns(client: Counting) -> None:
    assert finish(_asks(client, 2)) == 2
