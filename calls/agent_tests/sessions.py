"""Start and end test conversations. Each has a room of its own and ends by itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import ApiKey, User, Workspace
from agents.names import AGENT_NAME, TESTER
from calls.choices import Reason
from calls.models import AgentTest, TestMedium
from telephony.livekit import LiveKitError, client_for
from telephony.livekit.room_tokens import join_token
from telephony.livekit.rooms import close_room, create_room
from telephony.models import Agent, LiveKitProject, TelephonySettings
from telephony.services.agent_overrides import check_variables
from telephony.services.errors import Problems
from voxa.core.errors import Conflict, Unavailable

ROOM = "test-"
LONGEST = timedelta(minutes=10)
JOINS_WITHIN = timedelta(minutes=2)  # the token's lifetime, and how long a test may wait for its worker
GRACE = timedelta(seconds=30)  # for the worker to end the test itself
MOST_AT_ONCE, MOST_PER_HOUR = 5, 60  # of a workspace


def start_test(
    agent: Agent,
    *,
    medium: str = TestMedium.VOICE,
    variables: Mapping[str, Any] | None = None,
    user: User | None = None,
    key: ApiKey | None = None,
    problems: Problems | None = None,
) -> AgentTest:
    """Open a room with the agent, active or not. Never call it in a transaction.

    Raise `ValidationError` for wrong variables, `Conflict` at the workspace's limits, `Unavailable` without LiveKit.
    """
    problems = problems or Problems()
    check_variables({} if variables is None else variables, problems)
    problems.raise_any()
    project = TelephonySettings.of(agent.workspace_id).project
    if not project.is_configured:
        raise Unavailable("telephony_not_configured", "Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET.")
    now, name = timezone.now(), f"{ROOM}{uuid4()}"
    with transaction.atomic():
        _check_limits(agent.workspace_id, now)
        test = AgentTest.objects.create(
            workspace_id=agent.workspace_id,
            project=project,
            agent=agent,
            medium=medium,
            variables=dict(variables or {}),
            room_name=name,
            started_by=user,
            started_with=key,
            expires_at=now + JOINS_WITHIN,
        )
    told = {"workspace": str(agent.workspace_id), "test": str(test.pk)}
    empty = int(JOINS_WITHIN.total_seconds())
    try:
        client_for(project).run(create_room(name, agent_name=AGENT_NAME, agent_metadata=told, empty_seconds=empty))
    except LiveKitError as error:
        _mark_ended(test, Reason.LIVEKIT_UNAVAILABLE, str(error))
        raise Unavailable("livekit_unavailable", f"LiveKit could not open a room: {error}") from error
    return test


def access(test: AgentTest) -> dict[str, str]:
    """Return how a browser joins a test: room, URL, and a token for this room alone that expires within 2 minutes."""
    sources = ["microphone"] if test.medium == TestMedium.VOICE else []
    token = join_token(test.project, test.room_name, TESTER, lifetime=JOINS_WITHIN, sources=sources)
    return {"room": test.room_name, "url": public_url(test.project), "token": token}


def public_url(project: LiveKitProject) -> str:
    """Return the URL at which browsers reach a project's LiveKit server."""
    return str((project.is_default and settings.LIVEKIT_PUBLIC_URL) or project.url or "")


def end_test(test: AgentTest, reason: str = Reason.HUNG_UP) -> None:
    """End a test and close its room; without effect if it has ended. Never call it in a transaction."""
    if not _mark_ended(test, reason):
        return
    try:
        client_for(test.project).run(close_room(test.room_name))
    except LiveKitError:
        return  # it is closed already, or closes when who is in it leaves: the worker ends at its limit


def end_overdue(most: int = 100) -> int:
    """End the tests that are past their time; return how many."""
    overdue = AgentTest.objects.filter(ended_at=None, expires_at__lt=timezone.now()).select_related("project")
    tests = list(overdue[:most])
    for test in tests:
        end_test(test, Reason.MAX_DURATION if test.joined_at else Reason.AGENT_ABSENT)
    return len(tests)


def _mark_ended(test: AgentTest, reason: str, detail: str = "") -> bool:
    now = timezone.now()
    values = {"ended_at": now, "reason": reason, **({"detail": detail[:500]} if detail else {})}
    return bool(AgentTest.objects.filter(pk=test.pk, ended_at=None).update(**values))


def _check_limits(workspace_id: Any, now: datetime) -> None:
    """Raise `Conflict` at a limit. The workspace's row is locked, so that two requests do not share the last place."""
    Workspace.objects.select_for_update(of=("self",)).get(pk=workspace_id)
    tests = AgentTest.objects.filter(workspace=workspace_id)
    if tests.filter(ended_at=None, expires_at__gt=now).count() >= MOST_AT_ONCE:
        words = f"{MOST_AT_ONCE} test conversations are in progress. End one, or wait until one ends by itself."
        raise Conflict("too_many_tests", words)
    if tests.filter(created_at__gt=now - timedelta(hours=1)).count() >= MOST_PER_HOUR:
        raise Conflict("too_many_tests", f"{MOST_PER_HOUR} test conversations were started within an hour. Try later.")
