"""Heartbeats of agent workers and dispatchers."""

import socket
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Workspace
from calls.models import AgentWorker, RunningDispatcher
from telephony.models import Agent, LiveKitProject, TelephonySettings
from voxa.core.errors import Conflict

FORGET_AFTER = timedelta(days=1)


def note_worker(project: LiveKitProject, worker_id: UUID, state: Mapping[str, Any]) -> AgentWorker:
    """Record a worker's heartbeat; delete those silent for a day. Raise `Conflict` for another project's worker."""
    now = timezone.now()
    if AgentWorker.objects.filter(pk=worker_id).exclude(project=project).exists():
        raise Conflict("worker_id_taken", "A worker of another project has this id. Choose another one.", "id")
    values = {**state, "seen_at": now}
    worker, made = AgentWorker.objects.update_or_create(
        pk=worker_id, project=project, defaults=values, create_defaults={**values, "id": worker_id}
    )
    if made:
        AgentWorker.objects.filter(seen_at__lt=now - FORGET_AFTER).delete()
    return worker


def note_dispatcher(token: UUID, calls: int) -> None:
    """Record the heartbeat of a dispatcher on this host, and delete dispatchers silent for a day."""
    now = timezone.now()
    values = {"host": socket.gethostname()[:255], "calls": calls, "clock": now, "seen_at": Now()}
    if not RunningDispatcher.objects.filter(pk=token).update(**values):
        RunningDispatcher.objects.filter(seen_at__lt=now - RunningDispatcher.FORGET_AFTER).delete()
        RunningDispatcher.objects.bulk_create([RunningDispatcher(pk=token, **values)], ignore_conflicts=True)


def forget_dispatcher(token: UUID) -> None:
    RunningDispatcher.objects.filter(pk=token).delete()


def needs_worker(project: LiveKitProject, workspace: Workspace | None = None) -> bool:
    """Return whether agents of a workspace, or of any, need a worker of their own. The sandbox has built-in agents."""
    if not project.is_configured or (project.is_default and settings.LIVEKIT_IS_SANDBOX):
        return False
    agents = Agent.objects.filter(active=True, workspace__telephony_settings__project=project)
    return agents.filter(Q(workspace=workspace) if workspace else Q(workspace__closed_at=None)).exists()


def lacking_speech(project: LiveKitProject, wanted: Collection[str]) -> tuple[set[str], set[str]]:
    """Return the providers of speech whose package no worker has that accepts calls, and those that only some have.

    Older workers do not tell what they have: with one of them nothing is known, and without any worker neither.
    """
    accepting = [worker for worker in running_workers(project) if not worker.draining]
    told = [set(worker.speech) for worker in accepting if worker.speech is not None]
    if not told or len(told) < len(accepting):
        return set(), set()
    nowhere = set(wanted).difference(*told)
    return nowhere, set(wanted) - set.intersection(*told) - nowhere


def speech_lacked(workspace_id: UUID, wanted: Collection[str]) -> set[str]:
    """Return the providers of speech whose package no worker of a workspace has."""
    return lacking_speech(TelephonySettings.of(workspace_id).project, wanted)[0]


def running_workers(project: LiveKitProject) -> list[AgentWorker]:
    """Return the workers of a project that report themselves, draining ones included."""
    return list(AgentWorker.objects.filter(project=project, seen_at__gt=timezone.now() - AgentWorker.AWAY_AFTER))
