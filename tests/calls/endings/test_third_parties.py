"""A third party who lets it ring is told as no answer: nobody was called in, so a held recording goes on."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from calls.choices import Reason
from calls.dialer.outcomes import Next
from calls.transfers.carry_out import KNOWN
from calls.transfers.third_party import ThirdPartyDial, why_failed
from telephony.livekit import LiveKitError, client_for
from telephony.livekit.rooms import Dial, create_room
from telephony.models import LiveKitObject, TelephonySettings
from tests.calls.sandbox_lines import SandboxLine

LineOver = Callable[..., SandboxLine]
_rooms = (f"call-{number}" for number in itertools.count(1))


def ended(line: SandboxLine, to: str) -> tuple[ThirdPartyDial, LiveKitError]:
    """Dial a third party, and return how that ended."""
    client = client_for(TelephonySettings.of(line.workspace.pk).project)
    room = next(_rooms)
    client.run(create_room(room, agent_name="voxa-agent", agent_metadata={}, empty_seconds=60))
    trunk = LiveKitObject.objects.exclude(livekit_id="").get(kind="outbound").livekit_id
    asked = Dial(
        livekit_trunk_id=trunk, to=to, caller_id="+12025550100", room=room, identity="transfer", ringing_seconds=3,
        max_seconds=60,
    )  # fmt: skip
    dial = ThirdPartyDial(client, asked)
    with pytest.raises(LiveKitError) as caught:
        dial.run(datetime.now(UTC) + timedelta(minutes=1))
    return dial, caught.value


def test_a_third_party_who_lets_it_ring_did_not_answer(line_over: LineOver) -> None:
    dial, error = ended(line_over(), "+12025550999")
    outcome = dial.outcome(error)
    assert (outcome.reason, outcome.next) == (Reason.NO_ANSWER, Next.LATER)
    assert why_failed(error).startswith("Nobody answered")
    assert isinstance(error, KNOWN), "what was held for the transfer goes on"


@pytest.mark.parametrize(
    ("gateway", "reason"),
    [("trying.example.org", Reason.NO_ANSWER), ("silent.example.org", Reason.GATEWAY_UNREACHABLE)],
)
def test_where_nothing_rang_the_next_gateway_is_tried(line_over: LineOver, gateway: str, reason: Reason) -> None:
    dial, error = ended(line_over(gateway), "+12025550101")
    assert (dial.outcome(error).reason, dial.outcome(error).next) == (reason, Next.NEXT_GATEWAY)
    assert isinstance(error, KNOWN)
