"""Check dispatchers and agent workers, as they report themselves."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from agents.choices import AiProvider, KeyProvider
from calls.models import RunningDispatcher
from calls.services.workers import lacking_speech, needs_worker, running_workers
from telephony.doctor.projects import projects, title
from telephony.models import Agent, LiveKitProject
from voxa.core.doctor.database import clocks
from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.registry import Scope


def look(scope: Scope) -> Iterator[Finding]:
    """Report missing processes and wrong clocks."""
    yield from _dispatchers()
    for project in projects(scope):
        if needs_worker(project, scope.workspace):
            yield from _agent_workers(project)
            yield from _speech(project, scope)


def _dispatchers() -> Iterator[Finding]:
    running = list(RunningDispatcher.objects.filter(seen_at__gt=timezone.now() - RunningDispatcher.AWAY_AFTER))
    if not running:
        yield Finding(
            "processes.dispatchers",
            "No dispatcher is running. Calls stay queued.",
            "Start one: manage.py dispatch_calls.",
        )
    for host, ahead in {one.host: one.clock_ahead for one in running}.items():
        yield from clocks(f"The clock of dispatcher host {host}", "processes.clock", ahead)


def _agent_workers(project: LiveKitProject) -> Iterator[Finding]:
    draining = [worker.draining for worker in running_workers(project)]
    if not draining:
        what = f"No agent worker is running for {title(project)}. Answered calls end with agent_absent."
    elif all(draining):
        what = f"All agent workers of {title(project)} are draining and accept no new calls."
    else:
        return
    yield Finding(
        "processes.agent_workers",
        what,
        "Start one: manage.py agent_worker. If one is running, check its log, LiveKit key and API_PUBLIC_URL.",
        Severity.ERROR,
        reverse("admin:calls_agentworker_changelist"),
    )


def _speech(project: LiveKitProject, scope: Scope) -> Iterator[Finding]:
    """Report the providers of agents' speech for which workers lack a package."""
    agents = scope.own(Agent.objects.filter(active=True, workspace__telephony_settings__project=project))
    pairs = agents.filter(ai_provider=AiProvider.PIPELINE).order_by().values_list("stt_provider", "tts_provider")
    used: Counter[str] = Counter()
    for stt, tts, count in pairs.annotate(Count("pk")):
        used.update(dict.fromkeys({stt, tts} - {""}, count))
    nowhere, partly = lacking_speech(project, used)
    for name in sorted(nowhere | partly):
        label = KeyProvider(name).label
        if name in nowhere:
            what = (
                f"No agent worker of {title(project)} has the plugin for {label}. Calls with {used[name]:,} agents end"
            )
        else:
            what = f"Some agent workers of {title(project)} lack the plugin for {label}. Calls that reach these can end"
        yield Finding(
            "processes.speech_plugin",
            f"{what} with provider_failed.",
            f"Install livekit-plugins-{name} where the workers run, or requirements-speech.txt, and restart them.",
            Severity.ERROR if name in nowhere else Severity.WARNING,
            reverse("admin:calls_agentworker_changelist"),
        )
