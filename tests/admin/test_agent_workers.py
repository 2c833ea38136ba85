"""Agent workers in the admin, and what was said on a call's page."""

import uuid
from datetime import timedelta

from django.utils import timezone

from accounts.models import User, Workspace
from calls.models import AgentWorker, Call, Conversation, TranscriptItem
from telephony.models import Agent, LiveKitProject, TelephonySettings
from tests.admin.conftest import Browser
from tests.admin.rows import make_agent
from tests.calls.conftest import make_line

LIST = "/admin/calls/agentworker/"


def worker(**fields: object) -> AgentWorker:
    values = {"project": LiveKitProject.default(), "host": "node-1", "seen_at": timezone.now(), **fields}
    return AgentWorker.objects.create(id=uuid.uuid4(), **values)


def test_an_operator_of_the_installation_sees_who_works_and_how_hard(superuser: User, signed_in: Browser) -> None:
    worker(sessions=3, load=0.42, memory_bytes=400 * 1024 * 1024)
    worker(host="node-2", draining=True)
    worker(host="node-3", seen_at=timezone.now() - timedelta(minutes=2))
    page = signed_in(superuser).get(LIST).content.decode()
    for words in ("node-1", "42%", "400", "Accepting calls", "Draining", "Offline"):
        assert words in page


def test_nobody_else_does(acme_owner: User, signed_in: Browser) -> None:
    found = worker()
    browser = signed_in(acme_owner)
    assert browser.get(LIST).status_code == 403
    assert browser.get(f"{LIST}{found.pk}/change/").status_code in (302, 403, 404)


def test_a_workers_page_lists_its_plugins_for_speech(superuser: User, signed_in: Browser) -> None:
    browser = signed_in(superuser)
    for speech, words in ((["deepgram", "newer"], "Deepgram, newer"), ([], "None installed"), (None, "Not reported")):
        assert words in browser.get(f"{LIST}{worker(speech=speech).pk}/change/").content.decode()


def test_an_agents_page_names_the_plugin_that_no_worker_has(
    acme: Workspace, acme_viewer: User, signed_in: Browser
) -> None:
    agent = make_agent(acme)
    Agent.objects.filter(pk=agent.pk).update(ai_provider="pipeline", stt_provider="deepgram", tts_provider="xai")
    worker(project=TelephonySettings.of(acme.pk).project, speech=["xai"])
    worker(project=TelephonySettings.of(acme.pk).project, speech=[], draining=True)
    browser, path = signed_in(acme_viewer), f"/admin/telephony/agent/{agent.pk}/change/"
    assert "No agent worker has the plugin for Deepgram<" in browser.get(path).content.decode()
    Agent.objects.filter(pk=agent.pk).update(stt_provider="")
    assert "No agent worker" not in browser.get(path).content.decode()


def test_a_calls_page_shows_what_was_said(
    acme: Workspace, acme_viewer: User, outsider: User, signed_in: Browser
) -> None:
    now = timezone.now()
    call = make_line(acme).place()
    Call.objects.filter(pk=call.pk).update(status="in_progress", answered_at=now)
    Conversation.objects.create(call=call, measures={"firstWordSeconds": 0.41}, detail="All went well.")
    TranscriptItem.objects.create(
        call=call, speaker="agent", text="<b>Good</b> morning!", started_at=now, ended_at=now, interrupted=True
    )
    path = f"/admin/calls/call/{call.pk}/change/"
    page = signed_in(acme_viewer).get(path).content.decode()
    for words in ("Transcript", "&lt;b&gt;Good&lt;/b&gt; morning!", "(interrupted)", "0.4 s", "All went well."):
        assert words in page
    assert "Good" not in signed_in(outsider).get(path, follow=True).content.decode()
