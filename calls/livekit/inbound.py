"""Record a new inbound call: its workspace, trunk and agent."""

from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet

from accounts.models import Workspace
from calls.choices import CallStatus, Direction, EventType, Reason
from calls.livekit.room_state import Story
from calls.models import Call
from calls.reception import requests
from calls.reception.fallbacks import is_closed, use_fallback
from calls.services.timeline import note, tell
from telephony.models import Agent, LiveKitProject, SipEndpoint, TelephonySettings, Trunk
from telephony.selectors import answering_agent, find_called
from voxa.core.phone_numbers import caller

R = TypeVar("R", bound=Model)

ROOM_PREFIX = "call-"


def is_ours(room: str) -> bool:
    """Return whether a room's name is one that our dispatch rules or attempts assign."""
    return room.startswith(ROOM_PREFIX)


def begin_inbound(project: LiveKitProject, room: str, story: Story) -> UUID | None:
    """Record the inbound call of a room and return its ID; None if no trunk or endpoint of ours accepted it.

    The ID is derived from project and room, so that two reports of one call create one row. Our dispatch rule set the
    caller's attributes; nevertheless the workspace is that of the trunk or endpoint, and must be of this project.
    """
    if not story.phone or story.joined_at is None:
        return None
    call = _by_trunk(story) or _by_endpoint(story)
    if call is None or TelephonySettings.of(call.workspace_id).project_id != project.pk:
        return None
    call.id = uuid5(project.pk, room)
    call.project, call.room_name = project, room
    came = story.phone.get("sip.phoneNumber", "")[:80]
    call.from_number = caller(came, call.trunk.number_country if call.trunk else call.workspace.country)
    call.from_typed = "" if came == call.from_number else came
    call.started_at = story.joined_at
    call.leased_until = story.joined_at + timedelta(seconds=call.max_duration_seconds)
    try:
        with transaction.atomic():
            call.save(force_insert=True)
    except IntegrityError:
        return call.pk  # another report was faster
    pinned: dict[str, Any] = {"revision": call.pinned_revision} if call.pinned_revision else {}
    note(call, EventType.CALL_RINGING, story.joined_at, **pinned)
    tell(call)
    if is_closed(call) and use_fallback(call, Reason.OUTSIDE_HOURS):
        return call.pk
    if not requests.begin(call) and call.agent is None:
        requests.end_without_agent(call)
    return call.pk


def _row(rows: QuerySet[R], text: str | None) -> R | None:
    """Return the row with an untrusted ID, None if there is none."""
    try:
        return rows.filter(pk=UUID(text)).first() if text else None
    except ValueError:
        return None


def _by_trunk(story: Story) -> Call | None:
    attributes = story.phone or {}
    trunk = _row(Trunk.objects.select_related("workspace"), attributes.get("voxa.trunk"))
    if trunk is None:
        return None
    came = attributes.get("sip.trunkPhoneNumber", "")
    number = find_called(trunk, came)
    agent = answering_agent(number, trunk.workspace_id)
    own = agent is not None and number is not None and agent.pk == number.agent_id
    pinned = number.agent_revision if own and number else None
    called = number.number if number else came
    return _call(trunk.workspace, called, agent, trunk=trunk, number=number, pinned_revision=pinned)


def _by_endpoint(story: Story) -> Call | None:
    attributes = story.phone or {}
    endpoint = _row(SipEndpoint.objects.select_related("workspace", "agent"), attributes.get("voxa.endpoint"))
    if endpoint is None:
        return None
    return _call(endpoint.workspace, endpoint.user_part, endpoint.agent if endpoint.agent.active else None)


def _call(workspace: Workspace, called: str, agent: Agent | None, /, **route: Any) -> Call | None:
    if workspace.closed_at is not None:
        return None
    return Call(
        workspace=workspace,
        direction=Direction.INBOUND,
        status=CallStatus.RINGING,
        to_number=called[:80],
        agent=agent,
        **route,
    )
