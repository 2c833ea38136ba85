"""What each condition of an alert rule measures."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import WebhookEndpoint, Workspace
from calls.alerts.conditions import Measured, measure
from calls.choices import CallStatus, Direction
from calls.models import AgentWorker, AlertRule, Call
from telephony.models import Agent, TelephonySettings, Trunk
from tests.admin.rows import make_trunk

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def measured(workspace: Workspace, kind: str, threshold: float = 1, **more: Any) -> Measured:
    rule = AlertRule(workspace=workspace, name="Rule", kind=kind, threshold=Decimal(str(threshold)), **more)
    return measure(rule, timezone.now())


def call(
    workspace: Workspace, trunk: Trunk | None = None, *, answered: bool = False, ago: int = 5, **more: Any
) -> Call:
    then = timezone.now() - timedelta(minutes=ago)
    fields: dict[str, Any] = {
        "workspace": workspace,
        "project": TelephonySettings.of(workspace.pk).project,
        "direction": Direction.OUTBOUND,
        "status": CallStatus.COMPLETED if answered else CallStatus.FAILED,
        "to_number": "+12025550123",
        "from_number": "+15550100000",
        "trunk": trunk,
        "started_at": then,
        "answered_at": then if answered else None,
        "ended_at": then + timedelta(minutes=1),
        "duration_seconds": 60 if answered else None,
    }
    made = Call.objects.create(**fields | more)
    Call.objects.filter(pk=made.pk).update(created_at=then)
    return made


def test_the_answer_rate_of_a_trunk(acme: Workspace, globex: Workspace) -> None:
    trunk, other = make_trunk(acme), make_trunk(acme, "Other")
    for answered in (True, False, False, False):
        call(acme, trunk, answered=answered)
    call(acme, other, answered=True)
    call(globex, answered=True)
    call(acme, trunk, answered=True, ago=90)
    call(acme, trunk, status=CallStatus.CANCELED)
    call(acme, trunk, answered=True, direction=Direction.INBOUND)
    found = measured(acme, "answer_rate", 30, trunk=trunk, minimum_calls=4)
    assert (found.holds, found.is_gone) == (True, False)
    assert found.text == "25% of 4 calls by trunk Telnyx in 60 minutes were answered."
    assert measured(acme, "answer_rate", 30, minimum_calls=4).text.startswith("40% of 5 calls by all trunks")


@pytest.mark.parametrize(("threshold", "holds", "is_gone"), [(51, True, False), (50, False, False), (45, False, True)])
def test_an_answer_rate_recovers_beyond_its_threshold(
    acme: Workspace, threshold: int, holds: bool, is_gone: bool
) -> None:
    call(acme, answered=True)
    call(acme)
    found = measured(acme, "answer_rate", threshold, minimum_calls=2)
    assert (found.holds, found.is_gone) == (holds, is_gone)


def test_few_calls_have_no_answer_rate(acme: Workspace) -> None:
    call(acme)
    found = measured(acme, "answer_rate", 50, minimum_calls=2)
    assert (found.holds, found.is_gone) == (False, True)


def test_the_spend_of_the_day_with_and_without_a_limit(acme: Workspace, globex: Workspace) -> None:
    for workspace in (acme, globex):
        TelephonySettings.of(workspace.pk)
        TelephonySettings.objects.filter(pk=workspace.pk).update(price_per_minute=Decimal("0.5"))
        acme.time_zone = "UTC"
        call(workspace, answered=True, ago=0, ended_at=timezone.now() + timedelta(minutes=1))
    TelephonySettings.objects.filter(pk=globex.pk).update(daily_spend_limit=Decimal(2))
    for workspace in (acme, globex):
        assert measured(workspace, "spend", 0.5).holds
        assert not measured(workspace, "spend", 0.51).holds
        assert measured(workspace, "spend", 0.5).text == "Spend of the day: 0.50 USD."


def test_webhook_endpoints_that_fail_or_were_disabled(acme: Workspace, globex: Workspace) -> None:
    def endpoint(workspace: Workspace, **more: Any) -> None:
        WebhookEndpoint.objects.create(
            workspace=workspace, url="https://a.example/", event_types=["call.ended"], secret="whsec_x", **more
        )

    endpoint(globex, failing_since=NOW)
    endpoint(acme)
    endpoint(acme, active=False)
    assert not measured(acme, "webhook").holds
    endpoint(acme, failing_since=NOW)
    endpoint(acme, active=False, disabled_reason="Gone")
    assert measured(acme, "webhook", 2).holds
    assert measured(acme, "webhook").text == "2 webhook endpoints fail."


def test_trunks_that_failed_to_sync(acme: Workspace, globex: Workspace) -> None:
    make_trunk(globex)
    Trunk.objects.update(status="failed")
    trunk = make_trunk(acme)
    assert not measured(acme, "drift").holds  # new, not failing
    Trunk.objects.filter(pk=trunk.pk).update(status="failed")
    assert measured(acme, "drift").text == "1 trunk or SIP endpoint is not in sync."


def test_agents_without_a_worker(acme: Workspace, settings: Any) -> None:
    settings.LIVEKIT_IS_SANDBOX = False
    assert measured(acme, "no_worker").is_gone  # no agents
    Agent.objects.create(workspace=acme, name="Reception")
    project = TelephonySettings.of(acme.pk).project
    assert measured(acme, "no_worker").holds is project.is_configured
    AgentWorker.objects.create(id=acme.pk, project=project, host="a", seen_at=timezone.now())
    assert measured(acme, "no_worker").is_gone
