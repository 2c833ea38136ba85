"""Today's call metrics per agent, registered with telephony, which cannot import calls."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, F, Q
from django.utils import timezone

from accounts.models import Workspace
from calls.choices import ENDED, CallStatus
from calls.models import Call
from telephony.call_metrics import CallMetrics


def of_today(workspace: Workspace, agent_ids: Collection[UUID]) -> dict[UUID, CallMetrics]:
    """Return the metrics of the agents' calls since midnight in the workspace's time zone, in one query."""
    midnight = (
        timezone.now().astimezone(ZoneInfo(workspace.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    )
    rows = (
        Call.objects.filter(workspace=workspace, agent__in=agent_ids, created_at__gte=midnight)
        .order_by()
        .values_list("agent")
        .annotate(
            calls=Count("pk"),
            ended=Count("pk", filter=Q(status__in=ENDED)),
            completed=Count("pk", filter=Q(status=CallStatus.COMPLETED)),
            waited=Avg(F("answered_at") - F("started_at")),
        )
    )
    return {
        agent_id: CallMetrics(
            calls=calls,
            success_rate=round(100 * completed / ended, 1) if ended else 0.0,
            milliseconds_to_answer=round((waited or timedelta()) / timedelta(milliseconds=1)),
        )
        for agent_id, calls, ended, completed, waited in rows
    }
