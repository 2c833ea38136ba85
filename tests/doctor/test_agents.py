"""Agents that could not speak if a call came."""

from typing import Any

import pytest

from accounts.models import Workspace
from telephony.doctor import agents as doctor
from telephony.models import Agent
from tests.doctor.asking import found
from voxa.core.doctor.findings import Severity
from voxa.core.doctor.registry import Scope

pytestmark = pytest.mark.django_db


def test_one_with_a_key_is_well(agent: Agent) -> None:
    assert found(doctor.look) == {}


def test_one_whose_provider_refuses_its_key(agent: Agent, globex: Workspace) -> None:
    Agent.objects.filter(pk=agent.pk).update(provider_check="refused")
    finding = found(doctor.look)["agents.key_refused"]
    assert (finding.workspace, finding.severity) == ("acme", Severity.ERROR)
    assert "Agent Reception: OpenAI Realtime rejects the API key" in finding.what
    assert "s3cret" not in str(finding)
    assert found(doctor.look, Scope(globex)) == {}
    Agent.objects.update(active=False)
    assert found(doctor.look) == {}


def test_one_without_a_key_unless_the_sandbox_stands_in_for_it(acme: Workspace, settings: Any) -> None:
    Agent.objects.create(workspace=acme, name="Mute")
    assert found(doctor.look)["agents.no_key"].severity is Severity.WARNING
    settings.LIVEKIT_IS_SANDBOX = True
    assert found(doctor.look) == {}
