"""The sandbox's agents do what Voxa tells its workers, beside what a reader of the documents tries."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.models import Workspace
from calls.models import Call, TranscriptItem, Transfer
from telephony.models import PhoneNumber
from telephony.services.agents import create_agent
from telephony.services.settings import update_settings
from tests.calls.running import running_dispatcher
from tests.calls.sandbox_stage import SandboxStage, sandbox_stage

pytestmark = pytest.mark.django_db(transaction=True)
SORRY = "We are closed."
BROKEN = {"ai_provider": "pipeline", "base_url": "https://failing.example.com/v1"}


@pytest.fixture
def stage(transactional_db: None, acme: Workspace, live_server: LiveServer, settings: Any) -> Iterator[SandboxStage]:
    with sandbox_stage(acme, live_server, settings) as stage:
        yield stage


def spoken(call: Call) -> list[str]:
    return list(TranscriptItem.objects.filter(call=call).order_by("started_at").values_list("text", flat=True))


def close(number: PhoneNumber, **fallback: Any) -> None:
    """Close the number today, yesterday and tomorrow, with a fallback."""
    days = [(datetime.now(UTC).date() + timedelta(days=day)).isoformat() for day in (-1, 0, 1)]
    PhoneNumber.objects.filter(pk=number.pk).update(holidays=days, **fallback)


def test_out_of_hours_a_message_is_taken(stage: SandboxStage, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The sandbox records nothing, and LiveKit's answer is one without a recorder."""
    settings.RECORDING_S3_BUCKET = "calls"
    monkeypatch.setattr("telephony.sandbox.worker.MESSAGE", 0.5)
    close(stage.number, fallback="voicemail", fallback_message=SORRY)
    call = stage.ended(stage.call_in())
    assert (call.reason, spoken(call)) == ("nobody_available", [SORRY])
    assert len(stage.told(call, "recording.requested")) == 1
    assert len(stage.told(call, "recording.failed")) == 1


def test_where_the_provider_fails_another_agent_answers_then_the_workspaces_words(stage: SandboxStage) -> None:
    night = create_agent(stage.agent.workspace, {"name": "Night desk", "greeting": "Night desk."})
    type(stage.agent).objects.filter(pk=stage.agent.pk).update(**BROKEN)
    PhoneNumber.objects.update(fallback="agent", fallback_agent=night)
    call = stage.ended(stage.call_in(seconds=2))
    assert (call.agent_id, spoken(call)) == (night.pk, ["Night desk."])
    assert [one["reason"] for one in stage.told(call, "fallback.used")] == ["provider_failed"]
    type(night).objects.filter(pk=night.pk).update(**BROKEN)
    update_settings(stage.agent.workspace, {"fallback": "hang_up", "fallback_message": SORRY})
    call = stage.ended(stage.call_in())
    assert (call.reason, spoken(call)) == ("nobody_available", [SORRY])
    assert [one["action"] for one in stage.told(call, "fallback.used")] == ["agent", "hang_up"]


def test_without_a_fallback_a_failed_provider_ends_the_call(stage: SandboxStage) -> None:
    type(stage.agent).objects.filter(pk=stage.agent.pk).update(**BROKEN)
    call = stage.ended(stage.call_in())
    assert call.reason == "provider_failed"


def test_a_warm_transfer_goes_on_without_the_agent(stage: SandboxStage) -> None:
    close(stage.number, fallback="transfer", fallback_to="+12025550142", fallback_mode="warm")
    with running_dispatcher():
        call = stage.ended(stage.call_in(seconds=5))
    assert Transfer.objects.get(call=call).status == "completed"
    assert (spoken(call), (call.duration_seconds or 0) >= 3) == ([], True)
