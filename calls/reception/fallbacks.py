"""The fallback of an inbound call that no agent can take.

That of its number comes first, then that of its workspace. Each is used once in a call, and no agent answers twice, so
that fallbacks that name each other come to an end.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Workspace
from calls.choices import ENDED, AskStatus, Direction, EventType, Reason
from calls.models import Call, Reception
from calls.services.timeline import note
from telephony.choices import Fallback
from telephony.models import PhoneNumber, TelephonySettings
from telephony.models.answering import Answering
from telephony.services.fallbacks import answers_inbound
from voxa.core.business_hours import is_open

ACTIONS = frozenset({Fallback.AGENT, Fallback.TRANSFER, Fallback.VOICEMAIL, Fallback.HANG_UP})


def is_closed(call: Call) -> bool:
    """Return whether a call comes outside the business hours of its number or workspace."""
    return is_closed_at(call.workspace, call.number, call.started_at or timezone.now())


def is_closed_at(workspace: Workspace, number: PhoneNumber | None, at: datetime) -> bool:
    """Return whether a moment is outside the business hours of a number or its workspace."""
    config = TelephonySettings.of(workspace.pk)
    hours = (number.business_hours if number else None) or config.business_hours
    holidays = (number.holidays if number else None) or config.holidays
    return not is_open(hours, holidays, at, workspace.time_zone)


def first_fallback(number: PhoneNumber, tried: Collection[str] = ()) -> Answering | None:
    """Return the row with the fallback that a call to a number would use first, None if there is none."""
    levels = [row for _level, row in _levels(number, number.workspace_id)]
    return next((row for row in levels if _is_usable(row, tried)), None)


def use_fallback(call: Call, reason: Reason | None, message: str = "", only: Collection[Fallback] = ACTIONS) -> bool:
    """Change a call to the next fallback that it can use, and refresh it; return False if none is left.

    Without a reason that of the former fallback stays. `message` is a detail for the timeline, `only` limits the
    fallbacks.
    """
    with transaction.atomic():
        fresh = Call.objects.select_for_update(of=("self",)).filter(pk=call.pk).first()
        if fresh is None or fresh.status in ENDED or fresh.end_requested or fresh.direction != Direction.INBOUND:
            return False
        defaults = {"status": AskStatus.DONE, "requested_at": timezone.now()}
        reception, _ = Reception.objects.get_or_create(call=fresh, defaults=defaults)
        before = reception.fallback
        used = list(before.get("used", []))
        tried = [*before.get("tried", []), *([str(fresh.agent_id)] if fresh.agent_id else [])]
        for level, row in _levels(call.number, call.workspace_id):
            if level in used or row.fallback not in only:
                continue
            used.append(level)
            if not _is_usable(row, tried):
                continue
            why = reason or before.get("reason", Reason.AGENT_ABSENT)
            state = {"used": used, "tried": tried, "action": row.fallback, "reason": why}
            _apply(fresh, reception, row, state, {"message": message} if message else {})
            call.refresh_from_db()
            return True
    return False


def speech_of(call: Call) -> dict[str, Any]:
    """Return what the worker does instead of a conversation; empty for a conversation."""
    reception = Reception.objects.filter(call=call).first()
    state = reception.fallback if reception else {}
    return state if state.get("action") in ACTIONS - {Fallback.AGENT} else {}


def _levels(number: PhoneNumber | None, workspace_id: UUID) -> list[tuple[str, Answering]]:
    """Return the rows whose fallbacks a call to a number may use, by their level, the first one first."""
    config = TelephonySettings.of(workspace_id)
    own = number.fallback if number else Fallback.UNSET
    levels: list[tuple[str, Answering]] = []
    if number is not None and own in ACTIONS:
        levels.append(("number", number))
    if own != Fallback.NONE and config.fallback in ACTIONS:
        levels.append(("workspace", config))
    return levels


def _is_usable(row: Answering, tried: Collection[str]) -> bool:
    """Return whether its agent may answer, and whether there is a storage for messages, which may have been removed."""
    if row.fallback != Fallback.AGENT:
        return row.fallback != Fallback.VOICEMAIL or bool(settings.RECORDING_S3_BUCKET)
    agent = row.fallback_agent
    return agent is not None and answers_inbound(agent) and str(agent.pk) not in tried


def _apply(call: Call, reception: Reception, row: Answering, state: dict[str, Any], told: dict[str, Any]) -> None:
    agent, now = row.fallback_agent, timezone.now()
    reception.transfer = {}
    if row.fallback == Fallback.AGENT and agent is not None:
        told["agent"] = agent.name
        # Overrides are of the former agent: the voice of another provider, for example.
        fresh: dict[str, Any] = {"agent_revision": None, "pinned_revision": None, "agent_overrides": {}}
        Call.objects.filter(pk=call.pk).update(agent=agent, updated_at=now, **fresh)
    elif row.fallback == Fallback.TRANSFER:
        told["to"] = row.fallback_to
        reception.transfer = {"to": row.fallback_to, "mode": row.fallback_mode, "headers": {}}
    else:
        state["message"] = row.fallback_message
    reception.fallback = state
    reception.save(update_fields=["fallback", "transfer"])
    note(call, EventType.FALLBACK_USED, now, None, reason=state["reason"], action=row.fallback, **told)
