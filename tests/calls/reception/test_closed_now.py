"""The route check says that it is outside the business hours now, and who takes the call then."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Workspace
from telephony.choices import Fallback
from telephony.models import PhoneNumber, TelephonySettings
from tests.admin.rows import make_agent
from tests.calls.test_inbound_route import NUMBER, STRANGER, ask, livekit, make
from tests.sandbox import SandboxServer

__all__ = ["livekit"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(livekit: SandboxServer, acme: Workspace) -> PhoneNumber:
    """A number that is closed on every day around now."""
    make(acme, NUMBER)
    today = timezone.now()
    days = [(today + timedelta(days=n)).date().isoformat() for n in (-1, 0, 1)]
    PhoneNumber.objects.update(holidays=days)
    return PhoneNumber.objects.get()


def test_without_a_fallback_the_agent_answers_as_usual(api: APIClient, closed: PhoneNumber) -> None:
    found = ask(api)
    assert (found["allowed"], found["closedNow"], found["agent"]["name"]) == (True, True, "Reception")
    assert "No fallback is set" in found["message"]
    assert ask(api, sourceIp=STRANGER)["closedNow"] is False  # no trunk takes the call at any hour


def test_the_fallback_of_the_number_or_its_workspace_is_named(
    api: APIClient, closed: PhoneNumber, settings: Any
) -> None:
    settings.RECORDING_S3_BUCKET = "calls"
    TelephonySettings.objects.update(fallback=Fallback.VOICEMAIL)
    found = ask(api)
    assert (found["allowed"], found["closedNow"], found["agent"]) == (True, True, None)
    assert "Voicemail" in found["message"]
    night = make_agent(closed.workspace, "Night desk")
    PhoneNumber.objects.update(fallback=Fallback.AGENT, fallback_agent=night)
    assert ask(api)["agent"]["name"] == "Night desk"
    PhoneNumber.objects.update(holidays=[])
    assert (ask(api)["closedNow"], ask(api)["agent"]["name"]) == (False, "Reception")
