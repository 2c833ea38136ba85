"""What a worker is told of its call."""

import logging

import pytest
from rest_framework.test import APIClient

from calls.choices import CallStatus
from calls.models import Call
from calls.services import worker_session
from telephony.livekit.rooms import Participant
from telephony.models import Agent
from telephony.services.agent_revisions import current_number
from telephony.services.agents import update_agent
from tests.calls.agent.conftest import SESSION, WorkerFor
from tests.calls.events.conftest import START, Entrance


def test_it_names_workspace_call_and_what_to_say(worker: APIClient, call: Call) -> None:
    answer = worker.get(SESSION)
    told = answer.json()
    assert answer["Cache-Control"] == "no-store"
    assert told["workspace"]["name"] == "Acme"
    assert (told["call"]["id"], told["call"]["direction"]) == (str(call.pk), "inbound")
    assert (told["call"]["to"], told["call"]["from"]) == (call.to_number, "+12025550177")
    assert told["agent"]["greeting"] == "Acme, good morning!"
    assert told["agent"]["silence"] == {"seconds": 10, "prompt": "Are you still there?", "prompts": 2}


def test_the_providers_key_goes_to_the_worker_and_into_no_log(
    worker: APIClient, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    assert call.agent is not None
    update_agent(call.agent, {"provider_key": "sk-very-secret", "ai_provider": "pipeline"})
    with caplog.at_level(logging.DEBUG):
        provider = worker.get(SESSION).json()["provider"]
    assert (provider["kind"], provider["key"]) == ("pipeline", "sk-very-secret")
    assert "sk-very-secret" not in caplog.text


def test_addresses_that_the_agent_names_are_not_trusted_as_the_operators_are(worker: APIClient, call: Call) -> None:
    assert call.agent is not None
    update_agent(call.agent, {"ai_provider": "pipeline"})
    own = worker.get(SESSION).json()["provider"]
    assert own["baseUrl"] in own["guard"]["trusted"]
    update_agent(call.agent, {"base_url": "https://models.example.com/v1", "tts_url": "https://voice.example.com/v1"})
    chosen = worker.get(SESSION).json()["provider"]
    assert (chosen["baseUrl"], chosen["sttUrl"]) == ("https://models.example.com/v1",) * 2
    assert chosen["ttsUrl"] == "https://voice.example.com/v1"
    assert chosen["guard"]["trusted"] == own["guard"]["trusted"]


@pytest.mark.parametrize("change", [{"status": CallStatus.COMPLETED}, {"end_requested": "hung_up"}])
def test_a_call_that_is_over_needs_no_worker(worker: APIClient, call: Call, change: dict[str, str]) -> None:
    Call.objects.filter(pk=call.pk).update(**change)
    answer = worker.get(SESSION)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "call_over")


def test_a_call_without_an_agent_says_so(worker: APIClient, call: Call) -> None:
    Agent.objects.all().delete()
    assert worker.get(SESSION).json()["error"]["code"] == "no_agent"


@pytest.mark.parametrize("room", ["", "standup"])
def test_a_room_that_is_no_calls_is_not_found(worker_for: WorkerFor, entrance: Entrance, room: str) -> None:
    assert worker_for(entrance.project, room).get(SESSION).status_code == 404


def test_a_caller_whom_no_event_told_of_is_looked_for_in_the_room(
    worker_for: WorkerFor, entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = Participant("sip_1", "PA_1", "sip", entrance.caller()["attributes"], int(START.timestamp()))

    class Looking:
        def run(self, operation: object) -> list[Participant]:
            return [caller]

    monkeypatch.setattr(worker_session, "client_for", lambda project: Looking())
    told = worker_for(entrance.project, entrance.room).get(SESSION).json()
    assert (told["call"]["from"], told["call"]["to"]) == ("+12025550177", entrance.number.number)
    assert Call.objects.get().status == CallStatus.IN_PROGRESS


def test_livekit_out_of_reach_is_no_fault_of_the_workers(worker_for: WorkerFor, entrance: Entrance) -> None:
    answer = worker_for(entrance.project, "call-unheard-of").get(SESSION)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "livekit_unavailable")


def test_the_revision_that_speaks_is_kept(worker: APIClient, call: Call, api: APIClient) -> None:
    assert call.agent is not None
    update_agent(call.agent, {"greeting": "Good morning."})
    spoken = current_number(call.agent.pk)
    worker.get(SESSION)
    update_agent(call.agent, {"greeting": "Good evening."})
    worker.get(SESSION)
    assert api.get(f"/v1/calls/{call.pk}").json()["agentRevision"] == spoken
