"""A third party who lets it ring is told as no answer: nobody was called in, so a held recording goes on."""

import asyncio
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from calls.choices import Reason
from calls.dialer.leg import Leg
from calls.dialer.outcomes import Next, Outcome
from calls.dialer.rate_limits import SendWindow
from calls.transfers.endings import why_failed
from telephony.livekit import LiveKitError, client_for
from telephony.livekit.rooms import Dial, create_room
from telephony.models import LiveKitObject, TelephonySettings
from tests.calls.sandbox_lines import SandboxLine

LineOver = Callable[..., SandboxLine]
_rooms = (f"call-{number}" for number in itertools.count(1))


def ended(line: SandboxLine, to: str) -> tuple[Outcome, LiveKitError]:
    """Dial a third party, and return how that ended."""
    project = TelephonySettings.of(line.workspace.pk).project
    client, room = client_for(project), next(_rooms)
    client.run(create_room(room, agent_name="voxa-agent", agent_metadata={}, empty_seconds=60))
    trunk = LiveKitObject.objects.exclude(livekit_id="").get(kind="outbound").livekit_id
    asked = Dial(
        livekit_trunk_id=trunk, to=to, caller_id="+12025550100", room=room, identity="transfer", ringing_seconds=3,
        max_seconds=60,
    )  # fmt: skip

    async def dial() -> tuple[Outcome, LiveKitError]:
        now = datetime.now(UTC)

        async def turn(tries: int) -> SendWindow:
            return SendWindow(now, now + timedelta(minutes=1))

        leg = Leg(client, project.pk, asked, turn)
        with pytest.raises(LiveKitError) as caught:
            await leg.dial(now)
        return await leg.outcome(caught.value), caught.value

    return asyncio.run(dial())


def test_a_third_party_who_lets_it_ring_did_not_answer(line_over: LineOver) -> None:
    outcome, error = ended(line_over(), "+12025550999")
    assert (outcome.reason, outcome.next) == (Reason.NO_ANSWER, Next.LATER)
    assert why_failed(error).startswith("Nobody answered")


@pytest.mark.parametrize(
    ("gateway", "reason"),
    [("trying.example.org", Reason.NO_ANSWER), ("silent.example.org", Reason.GATEWAY_UNREACHABLE)],
)
def test_where_nothing_rang_the_next_gateway_is_tried(line_over: LineOver, gateway: str, reason: Reason) -> None:
    outcome, _ = ended(line_over(gateway), "+12025550101")
    assert (outcome.reason, outcome.next) == (reason, Next.NEXT_GATEWAY)
