"""Each writable field of a workspace's telephony settings is seen in what becomes of its next calls."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.choices import CallStatus, Reason
from calls.dialer import attempts, retries
from calls.dialer.outcomes import Next, Outcome
from calls.dialer.rate_limits import limits_of
from calls.livekit.room_monitor import _Look
from calls.models import Attempt, Call
from calls.routing.route import Hop, Route
from calls.services.worker_session import instructions
from telephony.api.settings import TelephonySettingsSerializer
from telephony.models import PhoneNumber, TelephonySettings
from telephony.services.agents import create_agent
from telephony.services.settings import update_settings
from tests.calls.conftest import Line, make_line
from tests.effects.test_number_fields import ASKED
from tests.effects.test_trunk_fields import writable
from tests.effects.watching import arrives, refusal

pytestmark = pytest.mark.django_db
SETTINGS = "/v1/settings/telephony"
NOON = datetime(2026, 3, 3, 17, tzinfo=UTC)  # a Tuesday, 12:00 in New York
NEW_YORK, LONDON, PREMIUM, UNKNOWN, TOLL_FREE = (
    "+12125550123", "+442079460456", "+19005550142", "+915550100000", "+18005550199",
)  # fmt: skip
Case = tuple[dict[str, Any], dict[str, Any], Callable[[Line], Any], Any]  # before, change, where to look, what is there
HOURS = {"callingHoursStart": "13:00", "callingHoursEnd": "14:00"}
ANNOUNCED = {"recordCalls": True, "recordingAnnouncement": "Recorded."}
BUSY = Outcome(Reason.BUSY, CallStatus.BUSY, Next.LATER, 486, "Busy Here")


def _refused(to: str, at: datetime = NOON) -> Callable[[Line], str | None]:
    return lambda line: refusal(line.number, to, at)


def _limits(line: Line) -> Any:
    return limits_of(line.trunk, TelephonySettings.of(line.workspace.pk))[0]


def _full(line: Line) -> str | None:
    """Return what a call meets while another is under way."""
    arrives(line.trunk, line.number.number)
    return refusal(line.number, NEW_YORK, NOON)


def _called(line: Line) -> str | None:
    """Return what a call meets whose callee was called a moment ago."""
    _dialed(line, Outcome(Reason.NO_ANSWER, CallStatus.NO_ANSWER, Next.STOP), rang=True)
    return refusal(line.number, NEW_YORK, timezone.now())


def _dialed(line: Line, outcome: Outcome, *, rang: bool = False) -> Call:
    """Return a call after one dial with this outcome. No limits, which would space the dials of a test."""
    call, now = line.place(to=NEW_YORK), timezone.now()
    route = Route((Hop("ST_1"),), line.trunk, line.number)
    begun = attempts.begin(call, route, route.hops[0], [], now)
    assert isinstance(begun, tuple)
    if rang:
        Attempt.objects.filter(pk=begun[0].pk).update(ringing_at=now, dialed_at=now)
    retries.unanswered(call, begun[0], outcome, now, more_hops=False)
    call.refresh_from_db()
    return call


def _again_in(line: Line) -> int | None:
    """Return after how many seconds a busy callee is called again."""
    before, call = timezone.now(), _dialed(line, BUSY)
    waits = call.status == CallStatus.QUEUED and call.due_at is not None
    return round((call.due_at - before).total_seconds()) if waits and call.due_at else None


def _announced(line: Line) -> str:
    call = arrives(line.trunk, line.number.number)
    call.end_requested, call.agent = "", line.agent
    return str(instructions(call)["recording"]["announcement"])


def _alone(line: Line) -> list[str]:
    """Return what is done for an answered caller whom no agent joins: what LiveKit is asked, and how the call ends."""
    call, asked = arrives(line.trunk, line.number.number), list[str]()
    long_ago = timezone.now() - timedelta(hours=1)
    Call.objects.filter(pk=call.pk).update(status=CallStatus.IN_PROGRESS, end_requested="", answered_at=long_ago)
    call.refresh_from_db()
    client: Any = SimpleNamespace(run=asked.append)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("calls.livekit.room_monitor.dispatch_agent", lambda *_, **__: "dispatch")
        _Look(call.project, client)._mind_agent(call, [])
    call.refresh_from_db()
    return [*asked, call.end_requested]


CASES: dict[str, Case] = {
    "allowedCountries": ({}, {"allowedCountries": ["GB"]}, _refused(LONDON), None),
    "allowPremium": ({}, {"allowPremium": True}, _refused(PREMIUM), None),
    "allowUnknownNumbers": ({"allowedCountries": ["IN"]}, {"allowUnknownNumbers": True}, _refused(UNKNOWN), None),
    "callsPerSecond": ({}, {"callsPerSecond": "2.50"}, lambda line: _limits(line).per_second, Decimal("2.50")),
    "maxConcurrentCalls": ({}, {"maxConcurrentCalls": 1}, _full, Reason.CONCURRENCY),
    "callingHoursStart": (HOURS, {"callingHoursStart": "11:00"}, _refused(NEW_YORK), None),
    "callingHoursEnd": (
        {"callingHoursStart": "11:00", "callingHoursEnd": "11:30"}, {"callingHoursEnd": "14:00"},
        _refused(NEW_YORK), None,
    ),
    "callingDays": (
        {"callingHoursStart": "11:00", "callingHoursEnd": "14:00"}, {"callingDays": [0]},
        _refused(NEW_YORK), Reason.CALLING_HOURS,
    ),
    "callingHoursFallback": (
        # An hour that the zones of a toll-free number have not in common: the workspace's own counts.
        {"callingHoursStart": "16:30", "callingHoursEnd": "17:30"}, {"callingHoursFallback": "strict"},
        _refused(TOLL_FREE), Reason.CALLING_HOURS,
    ),
    "dailyAttemptsPerCallee": ({}, {"dailyAttemptsPerCallee": 1}, _called, Reason.CALLEE_ATTEMPTS),
    "maxAttempts": ({}, {"maxAttempts": 1}, _again_in, None),
    "retryDelaySeconds": ({}, {"retryDelaySeconds": 60}, _again_in, 60),
    "dailySpendLimit": ({}, {"dailySpendLimit": "0.00"}, _refused(NEW_YORK), Reason.SPEND),
    "agentAbsent": ({}, {"agentAbsent": "end"}, _alone, [Reason.AGENT_ABSENT]),
    "recordCalls": ({}, ANNOUNCED, _announced, "Recorded."),
    "recordingAnnouncement": (ANNOUNCED, {"recordingAnnouncement": "Taped."}, _announced, "Taped."),
}  # fmt: skip


def test_every_writable_field_of_the_settings_has_its_effect_below() -> None:
    assert writable(TelephonySettingsSerializer) == CASES.keys() | ASKED | {"defaultAgentId"}


def test_the_default_agent_answers_numbers_without_one(api: APIClient, acme: Workspace, globex: Workspace) -> None:
    line, theirs = make_line(acme), create_agent(globex, {"name": "Theirs"})
    chosen, mute = create_agent(acme, {"name": "Chosen"}), create_agent(acme, {"name": "Out", "direction": "outbound"})
    for wrong in (theirs, mute):
        assert api.patch(SETTINGS, {"defaultAgentId": str(wrong.pk)}, format="json").status_code == 400
    answer = api.patch(SETTINGS, {"defaultAgentId": str(chosen.pk)}, format="json")
    assert answer.json()["defaultAgentId"] == str(chosen.pk)
    PhoneNumber.objects.filter(pk=line.number.pk).update(agent=None)
    assert arrives(line.trunk, line.number.number).agent == chosen


@pytest.mark.parametrize("field", CASES)
def test_a_field_of_the_settings_is_seen(api: APIClient, acme: Workspace, settings: Any, field: str) -> None:
    settings.RECORDING_S3_BUCKET = settings.RECORDING_S3_ACCESS_KEY = settings.RECORDING_S3_SECRET = "recordings"
    update_settings(acme, {"price_per_minute": Decimal("0.5")}, by_operator=True)
    before, change, look, expected = CASES[field]
    line = make_line(acme)
    assert api.patch(SETTINGS, before, format="json").status_code == 200
    assert look(line) != expected
    answer = api.patch(SETTINGS, change, format="json")
    assert answer.status_code == 200, answer.json()
    assert look(line) == expected
