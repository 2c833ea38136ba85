"""What came of a conversation stands on its call's page: the analysis, and the recording to listen to."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from calls.choices import AnalysisStatus, CallStatus, EventType, RecordingStatus
from calls.models import Call, CallAnalysis, Recording
from calls.services.timeline import note
from telephony.models import Agent
from telephony.services.agents import update_agent
from telephony.services.tool_secrets import tool_secret
from tests.admin.conftest import Browser
from tests.admin.forms import form_of
from tests.admin.rows import furnish, make_agent

TOOL = {"name": "find_order", "description": "Finds an order.", "url": "https://api.acme.example/orders"}


@pytest.fixture
def call(acme: Workspace, settings: Any) -> Call:
    """A call that is over, analysed and recorded."""
    settings.RECORDING_S3_BUCKET, settings.RECORDING_S3_ACCESS_KEY = "acme-calls", "key"
    settings.RECORDING_S3_SECRET, settings.RECORDING_S3_ENDPOINT = "secret", "https://storage.example.com"
    call: Call = furnish(acme)["calls_call"]
    now = timezone.now()
    Call.objects.filter(pk=call.pk).update(status=CallStatus.COMPLETED, answered_at=now, ended_at=now)
    CallAnalysis.objects.create(
        call=call, status=AnalysisStatus.DONE, summary="They asked <when>.", outcome="Answered", fields={"back": True}
    )
    Recording.objects.create(
        call=call, workspace=acme, room_name="r", bucket="acme-calls", key="a.ogg", status=RecordingStatus.SAVED,
        duration_seconds=72,
    )  # fmt: skip
    return call


def page(call: Call, name: str = "change") -> str:
    return reverse(f"admin:calls_call_{name}", args=[call.pk])


def test_the_page_shows_what_was_found_out(call: Call, acme_viewer: User, signed_in: Browser) -> None:
    html = signed_in(acme_viewer).get(page(call)).content.decode()
    for words in ("They asked &lt;when&gt;.", "Answered", "back", "1 min 12 s", "Listen"):
        assert words in html


def test_the_recording_plays_for_members_alone(
    call: Call, acme_viewer: User, outsider: User, signed_in: Browser
) -> None:
    answer = signed_in(acme_viewer).get(page(call, "recording"))
    assert answer["Location"].startswith("https://storage.example.com/acme-calls/a.ogg?")
    assert signed_in(outsider).get(page(call, "recording")).status_code == 403


def test_a_page_waits_for_its_analysis(call: Call, acme_viewer: User, signed_in: Browser) -> None:
    client = signed_in(acme_viewer)
    assert "hx-get" not in client.get(page(call, "panel")).content.decode()
    CallAnalysis.objects.update(status=AnalysisStatus.PENDING)
    assert "hx-get" in client.get(page(call, "panel")).content.decode()


def test_what_an_agent_did_is_told_in_words(call: Call, acme_viewer: User, signed_in: Browser) -> None:
    note(
        call, EventType.TOOL_CALLED, timezone.now(), None, tool="find_order", ok=False, seconds=0.4, message="HTTP 500"
    )
    note(call, EventType.DIGITS_SENT, timezone.now(), None, id="x", count=3)
    html = " ".join(signed_in(acme_viewer).get(page(call)).content.decode().split())
    assert "Agent called a tool" in html
    assert "find_order, 0.4 s. HTTP 500" in html
    assert "3 digits." in html


def test_recordings_are_found_by_number_call_and_room_within_ones_workspaces(
    call: Call, acme_viewer: User, outsider: User, signed_in: Browser
) -> None:
    url = reverse("admin:calls_recording_changelist")
    viewer, stranger = signed_in(acme_viewer), signed_in(outsider)
    for term in (call.to_number, call.from_number, str(call.pk), "r"):
        assert viewer.get(url, {"q": term}).context["cl"].result_count == 1, term
        assert stranger.get(url, {"q": term}).context["cl"].result_count == 0, term
    assert viewer.get(url, {"state": "saved"}).context["cl"].result_count == 1
    assert viewer.get(url, {"state": "deleting"}).context["cl"].result_count == 0


def test_what_could_not_be_deleted_is_seen_with_the_reason(
    call: Call, acme_viewer: User, outsider: User, signed_in: Browser
) -> None:
    Recording.objects.update(call=None, error="The storage refuses it: AccessDenied.")
    url = reverse("admin:calls_recording_changelist")
    html = signed_in(acme_viewer).get(url).content.decode()
    assert "Deletion pending" in html
    assert "AccessDenied" in html
    assert "AccessDenied" not in signed_in(outsider).get(url).content.decode()


@pytest.fixture
def agent(acme: Workspace) -> Agent:
    return update_agent(make_agent(acme), {"tools": [TOOL]})


def press(client: Client, agent: Agent) -> Any:
    return client.post(reverse("admin:telephony_agent_tool_secret", args=[agent.pk]))


def test_the_secret_of_the_tools_is_shown_by_the_button_alone(
    agent: Agent, acme_owner: User, signed_in: Browser
) -> None:
    client = signed_in(acme_owner)
    shown = press(client, agent)
    secret = tool_secret(agent)
    assert secret in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    url = reverse("admin:telephony_agent_change", args=[agent.pk])
    assert "New secret" in client.get(url).content.decode()
    assert secret not in client.get(url).content.decode()


def test_others_press_no_button(
    agent: Agent, acme_viewer: User, outsider: User, acme_owner: User, signed_in: Browser
) -> None:
    assert [press(signed_in(who), agent).status_code for who in (acme_viewer, outsider)] == [403, 403]
    assert signed_in(acme_owner).get(
        reverse("admin:telephony_agent_tool_secret", args=[agent.pk])
    ).status_code == 403  # fmt: skip


def test_tools_are_entered_as_json_and_a_wrong_one_is_said(agent: Agent, acme_owner: User, signed_in: Browser) -> None:
    client, url = signed_in(acme_owner), reverse("admin:telephony_agent_change", args=[agent.pk])
    answer = client.post(url, form_of(client, url) | {"tools": '[{"name": "x y"}]'})
    assert "tools" in answer.context["adminform"].form.errors
    client.post(url, form_of(client, url) | {"tools": "[]", "sends_digits": "on"})
    agent.refresh_from_db()
    assert (agent.tools, agent.sends_digits) == ([], True)
