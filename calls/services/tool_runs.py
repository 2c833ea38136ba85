"""Tool runs as rows: requested by an agent worker, called by a background worker, polled until the result is there.

No request waits for a customer's host. Arguments and results may be personal: tasks carry only the row's ID, and the
row is deleted once the agent worker has the result, or within a minute.
"""

import logging
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.choices import ExternalWork
from accounts.services.external_leases import most_at_once
from calls.agent_tests.reports import note_tool
from calls.choices import EventType, ToolRunStatus
from calls.models import AgentTest, Call, ToolRun
from calls.services.timeline import note
from calls.services.tools import BUSY, Done, Facts, call_tool, misfit, tool_of
from telephony.models import LiveKitProject
from voxa.core.errors import ServiceError
from voxa.core.tasks import publish

logger = logging.getLogger(__name__)

BEGINS_WITHIN = timedelta(seconds=6)  # a tool has 8 s, and the agent worker waits for 15 s
LIMIT = timedelta(seconds=15)
KEPT = timedelta(seconds=10)  # after the result was sent: the response may be lost and requested again
LONGEST_LIFE = timedelta(seconds=60)
NOT_CALLED = "The tool was not called: no background worker was free. Try again in a moment."
NO_ANSWER = "The tool did not answer in time."
OPEN = (ToolRunStatus.REQUESTED, ToolRunStatus.UNDER_WAY)


def request_tool(
    call: Call, request_id: UUID, name: str, arguments: Mapping[str, Any], test: AgentTest | None = None
) -> ToolRun | Done:
    """Record a tool to call, once per `request_id`; return the row, or why it is not called.

    With `test` the call only stands for that test conversation.
    Raise `Conflict` if the call is not in progress or its agent has no such tool.
    """
    tool = tool_of(call, name)
    run = ToolRun(call=None if test else call, agent_test=test, name=name)
    if wrong := misfit(tool, arguments):
        return _refuse(run, f"The arguments do not fit: {wrong}.")
    if again := ToolRun.objects.filter(call=run.call, agent_test=test, request_id=request_id).first():
        return again
    now = timezone.now()
    own = Q(call__workspace=call.workspace_id) | Q(agent_test__workspace=call.workspace_id)
    going_on = ToolRun.objects.filter(own, status__in=OPEN, requested_at__gt=now - LIMIT)
    if going_on.count() >= most_at_once(ExternalWork.TOOL):
        return _refuse(run, BUSY)
    values = {"name": name, "arguments": dict(arguments), "requested_at": now}
    with transaction.atomic():
        run, made = ToolRun.objects.get_or_create(
            call=run.call, agent_test=test, request_id=request_id, defaults=values
        )
        if made:
            transaction.on_commit(partial(_send, run))
    return run


def outcome_of(run: ToolRun) -> Done | None:
    """Return the result, None while it runs. A run that no worker took in time fails here."""
    now = timezone.now()
    if run.status == ToolRunStatus.REQUESTED and run.requested_at < now - BEGINS_WITHIN:
        _finish(run, Done(False, NOT_CALLED))
        run.refresh_from_db()
    if run.status == ToolRunStatus.DONE:
        ToolRun.objects.filter(pk=run.pk, taken_at=None).update(taken_at=now)
        return Done(run.ok, run.result)
    return Done(False, NO_ANSWER) if run.requested_at < now - LIMIT else None


def run_of(project: LiveKitProject, room: str, run_id: UUID) -> ToolRun | None:
    of_call = Q(call__project=project, call__room_name=room)
    of_test = Q(agent_test__project=project, agent_test__room_name=room)
    return ToolRun.objects.filter(of_call | of_test, pk=run_id).first() if room else None


def carry_out(run_id: UUID) -> None:
    """Call a waiting tool and record the result, once, however often the task runs."""
    now, began = timezone.now(), time.monotonic()
    waiting = ToolRun.objects.filter(pk=run_id, status=ToolRunStatus.REQUESTED, requested_at__gte=now - BEGINS_WITHIN)
    run = waiting.select_related("call__agent", "agent_test__agent", "agent_test__workspace").first()
    if run is None or not waiting.update(status=ToolRunStatus.UNDER_WAY, begun_at=now, arguments={}):
        return
    facts: Facts = {}
    try:
        done, facts = call_tool(run.of_call, run.request_id, run.name, run.arguments)
    except ServiceError as error:
        done = Done(False, error.message)
    except Exception:
        logger.exception("A tool of call %s could not be called.", run.of_call.pk)
        done = Done(False, "The tool could not be called.")
    run.status = ToolRunStatus.UNDER_WAY
    _finish(run, done, facts, time.monotonic() - began)


def sweep() -> None:
    """Fail overdue runs, and delete those that were delivered or are old: arguments and results are not kept."""
    now = timezone.now()
    for run in ToolRun.objects.filter(status__in=OPEN, requested_at__lt=now - LIMIT).select_related(
        "call", "agent_test"
    )[:100]:
        is_waiting = run.status == ToolRunStatus.REQUESTED
        _finish(run, Done(False, NOT_CALLED if is_waiting else NO_ANSWER))
    told, old = Q(taken_at__lt=now - KEPT), Q(requested_at__lt=now - LONGEST_LIFE)
    ToolRun.objects.filter(told | old, status=ToolRunStatus.DONE).delete()


def _send(run: ToolRun) -> None:
    """Send the task. If the broker is unreachable, the next poll reports it to the model."""
    if not publish("calls.tasks.run_tool", str(run.pk)):
        _finish(run, Done(False, NOT_CALLED))


@transaction.atomic
def _finish(run: ToolRun, done: Done, facts: Facts | None = None, seconds: float = 0.0) -> None:
    """Record the outcome with a timeline event, unless the run has left its state meanwhile."""
    now = timezone.now()
    mine = ToolRun.objects.filter(pk=run.pk, status=run.status)
    if mine.update(status=ToolRunStatus.DONE, ok=done.ok, result=done.result, done_at=now, arguments={}):
        _note(run, done, facts or {}, seconds)


def _refuse(run: ToolRun, words: str) -> Done:
    done = Done(False, words)
    _note(run, done, {}, 0.0)
    return done


def _note(run: ToolRun, done: Done, facts: Facts, seconds: float) -> None:
    kind = EventType.KNOWLEDGE_SEARCHED if "sources" in facts else EventType.TOOL_CALLED
    told = {"tool": run.name, "ok": done.ok, "httpStatus": None, **facts, "seconds": round(seconds, 2)}
    if not done.ok:
        told["message"] = done.result[:300]
    if run.call is not None:
        note(run.call, kind, timezone.now(), None, **told)
    elif run.agent_test_id is not None:
        note_tool(run.agent_test_id, told)
