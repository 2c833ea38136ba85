"""Two workspaces ask for one number at the same moment: one gets it, the other is told, LiveKit has it once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.live.installation import NUMBERS, Api

pytestmark = pytest.mark.live
ROUNDS = 100


def test_a_hundred_times_one_wins_and_the_other_gets_409(acme_api: Api, globex_api: Api) -> None:
    rivals = [acme_api, globex_api]
    trunks = [rival.create_trunk() for rival in rivals]
    barrier = threading.Barrier(2)

    def ask(which: int, number: str) -> tuple[int, str]:
        barrier.wait(timeout=30)
        answer = rivals[which].http.post(NUMBERS, json={"number": number, "trunkId": trunks[which]["id"]})
        return answer.status_code, answer.text

    with ThreadPoolExecutor(2) as pool:
        for number in (f"+1555020{n:04}" for n in range(ROUNDS)):
            answers = list(pool.map(ask, (0, 1), (number, number)))
            assert sorted(status for status, _ in answers) == [201, 409], answers
            refusal = next(text for status, text in answers if status == 409)
            assert not any(rival.workspace in refusal for rival in rivals)
    won = [rival.wait_active(trunk["id"]) for rival, trunk in zip(rivals, trunks, strict=True)]
    owned = sorted(one["number"] for trunk in won for one in trunk["numbers"])
    assert len(owned) == ROUNDS
    standing = [number for one in rivals[0].livekit.standing().inbound for number in one.numbers]
    assert sorted(standing) == owned
