"""A test conversation as its agent worker sees it: instructions and reports."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agents.names import TESTER
from calls.choices import Reason
from calls.models import AgentTest, TestMedium
from telephony.models import LiveKitProject
from telephony.services.agent_revisions import current_number
from voxa.core.api.serializers import MomentField
from voxa.core.errors import Conflict

MOST_TURNS = 500
TIMES = {"started_at": "startedAt", "ended_at": "endedAt"}


def found_test(project: LiveKitProject, room: str) -> AgentTest | None:
    """Return the test conversation of a project's room."""
    rows = AgentTest.objects.select_related("workspace", "agent", "project")
    return rows.filter(project=project, room_name=room).first()


def join(test: AgentTest, expires_in: timedelta) -> None:
    """Record that the worker is there; the time counts from now. Raise `Conflict` if the test is over."""
    now = timezone.now()
    waiting = AgentTest.objects.filter(pk=test.pk, ended_at=None)
    values = {"joined_at": now, "agent_revision": current_number(test.agent_id), "expires_at": now + expires_in}
    if not waiting.filter(joined_at=None).update(**values) and not waiting.exists():
        raise Conflict("test_over", "The test conversation is over.")


def for_test(told: dict[str, Any], test: AgentTest) -> dict[str, Any]:
    """Return the instructions of a call as those of a test: nothing is recorded, and no machine answers."""
    agent = {**told["agent"], "voicemail": {"action": "", "message": ""}}
    if test.medium == TestMedium.TEXT:
        agent["silence"] = {**agent["silence"], "seconds": 0}  # who writes is silent
    call = {**told["call"], "from": TESTER, "transferFirst": False}
    return {**told, "call": call, "agent": agent, "recording": {"announcement": ""}, "test": True}


@transaction.atomic
def take_test_report(
    test: AgentTest,
    *,
    turns: Iterable[Mapping[str, Any]],
    measures: Mapping[str, Any],
    detail: str = "",
    end: Reason | None = None,
    finished: bool = False,
) -> AgentTest:
    """Store a report; each may arrive twice. The last one ends the test."""
    row = AgentTest.objects.select_for_update(of=("self",)).get(pk=test.pk)
    known = {turn["id"] for turn in row.transcript}
    row.transcript = [*row.transcript, *(turn for turn in turns if turn["id"] not in known)][:MOST_TURNS]
    row.measures = {**row.measures, **measures}
    row.detail = detail or row.detail
    if finished and row.ended_at is None:
        row.ended_at, row.reason = timezone.now(), end or Reason.HUNG_UP
    row.save(update_fields=["transcript", "measures", "detail", "ended_at", "reason"])
    return row


@transaction.atomic
def note_tool(test_id: UUID, told: Mapping[str, Any]) -> None:
    """Record how a tool fared in a test."""
    row = AgentTest.objects.select_for_update(of=("self",)).get(pk=test_id)
    row.tools = [*row.tools, dict(told)][-MOST_TURNS:]
    row.save(update_fields=["tools"])


def turn_json(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a turn as it is stored and shown."""
    times = {name: MomentField().to_representation(item[source]) for source, name in TIMES.items()}
    told = {"id": str(item["id"]), "speaker": item["speaker"], "text": item["text"], **times}
    latency = {"latencySeconds": item["latency_seconds"]} if "latency_seconds" in item else {}
    return {**told, "interrupted": item["interrupted"], **latency}
