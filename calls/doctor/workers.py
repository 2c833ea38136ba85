"""Dispatchers and agent workers, as they report themselves."""

from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from calls.models import AgentWorker, RunningDispatcher
from telephony.doctor.projects import projects, title
from telephony.models import Agent, LiveKitProject
from voxa.core.doctor.database import clocks
from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.registry import Scope


def look(scope: Scope) -> Iterator[Finding]:
    """Report which kind of process is missing, and whose clock is wrong."""
    yield from _dispatchers()
    for project in projects(scope):
        if project.is_configured and _has_agents(scope, project):
            yield from _agent_workers(project)


def _dispatchers() -> Iterator[Finding]:
    running = list(RunningDispatcher.objects.filter(seen_at__gt=timezone.now() - RunningDispatcher.AWAY_AFTER))
    if not running:
        yield Finding(
            "processes.dispatchers",
            "No dispatcher runs: calls stay queued.",
            "Start one: manage.py dispatch_calls.",
        )
    for host, ahead in {one.host: one.clock_ahead for one in running}.items():
        yield from clocks(f"The clock of dispatcher host {host}", "processes.clock", ahead)


def _has_agents(scope: Scope, project: LiveKitProject) -> bool:
    """Return whether anybody expects an agent there. The sandbox has stand-ins of its own."""
    if project.is_default and settings.LIVEKIT_IS_SANDBOX:
        return False
    of_project = Agent.objects.filter(active=True, workspace__telephony_settings__project=project)
    return scope.own(of_project).exists()


def _agent_workers(project: LiveKitProject) -> Iterator[Finding]:
    seen = AgentWorker.objects.filter(project=project, seen_at__gt=timezone.now() - AgentWorker.AWAY_AFTER)
    draining = list(seen.values_list("draining", flat=True))
    if not draining:
        what = f"No agent worker runs for {title(project)}: nobody speaks, and answered calls end as agent_absent."
    elif all(draining):
        what = f"Every agent worker of {title(project)} finishes its calls and takes no new ones."
    else:
        return
    yield Finding(
        "processes.agent_workers",
        what,
        "Start one: manage.py agent_worker. If one runs, its LiveKit key or API_PUBLIC_URL is wrong: see its log.",
        Severity.ERROR,
        reverse("admin:calls_agentworker_changelist"),
    )
