"""What a workspace has waiting at once on its own hosts is limited; what is over waits, and others do not."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.choices import DeliveryStatus, ExternalWork
from accounts.models import ExternalLease, WebhookDelivery, WebhookEndpoint, Workspace
from accounts.services import external_leases, webhook_delivery
from accounts.services.external_leases import external_lease, workspaces_at_limit
from accounts.services.webhook_delivery import BUDGET, deliver, due_endpoints, sweep
from accounts.services.webhook_request import _LIMITS
from accounts.services.webhooks import create_endpoint, emit
from tests.receiver import Receiver

BACKGROUND, TOOL = ExternalWork.BACKGROUND, ExternalWork.TOOL
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_at_once(settings: Any) -> None:
    settings.EXTERNAL_PER_WORKSPACE = 2


def endpoint_of(workspace: Workspace, web: Receiver, path: str) -> WebhookEndpoint:
    endpoint, _ = create_endpoint(workspace, web.url(path), ["call.status"])
    return endpoint


def held(workspace: Workspace, number: int, seconds: float = 60) -> ExternalLease:
    """A lease that another worker holds."""
    until = timezone.now() + timedelta(seconds=seconds)
    return ExternalLease.objects.create(workspace=workspace, work=BACKGROUND, number=number, token=uuid4(), until=until)


def test_no_more_are_held_than_may_and_each_is_given_back(acme: Workspace, globex: Workspace) -> None:
    with external_lease(acme.pk, BACKGROUND) as one, external_lease(acme.pk, BACKGROUND) as two:
        with external_lease(acme.pk, BACKGROUND) as three, external_lease(globex.pk, BACKGROUND) as theirs:
            assert (one, two, three, theirs) == (True, True, False, True)
            assert workspaces_at_limit(BACKGROUND) == {acme.pk}
        with external_lease(acme.pk, TOOL) as tool:
            assert tool
    assert not ExternalLease.objects.exists()


def test_it_is_given_back_after_an_error(acme: Workspace) -> None:
    with pytest.raises(ZeroDivisionError), external_lease(acme.pk, BACKGROUND):
        raise ZeroDivisionError
    assert not ExternalLease.objects.exists()


def test_a_dead_workers_lease_runs_out(acme: Workspace) -> None:
    held(acme, 0), held(acme, 1, seconds=-1)
    assert workspaces_at_limit(BACKGROUND) == set()
    with external_lease(acme.pk, BACKGROUND) as may:
        assert may


def test_who_comes_back_after_its_lease_ran_out_takes_nobody_elses(acme: Workspace) -> None:
    with external_lease(acme.pk, BACKGROUND):
        ExternalLease.objects.update(until=timezone.now())
        ExternalLease.objects.filter(until__lte=timezone.now()).delete()
        other = held(acme, 0)
    assert list(ExternalLease.objects.all()) == [other]


def test_a_lease_outlasts_a_turn_of_webhooks() -> None:
    assert external_leases.LEASE.total_seconds() > BUDGET + 2 * _LIMITS.total


def test_one_workspaces_hanging_hosts_leave_anothers_webhooks_to_go_at_once(
    acme: Workspace, globex: Workspace, web: Receiver
) -> None:
    held(acme, 0), held(acme, 1)
    endpoint_of(acme, web, "/acme"), endpoint_of(globex, web, "/globex")
    emit(acme.pk, "call.status", {"id": "c1"})
    emit(globex.pk, "call.status", {"id": "c2"})
    assert sweep() == 1
    assert [sent.path for sent in web.requests] == ["/globex"]


def test_what_is_over_stays_due_and_costs_no_attempt(acme: Workspace, web: Receiver) -> None:
    endpoint = endpoint_of(acme, web, "/acme")
    held(acme, 0), held(acme, 1)
    emit(acme.pk, "call.status", {"id": "c1"})
    assert deliver(endpoint.pk) is False
    waiting = WebhookDelivery.objects.get()
    assert (waiting.status, waiting.attempts, due_endpoints()) == (DeliveryStatus.PENDING, 0, [endpoint.pk])
    ExternalLease.objects.update(until=timezone.now())
    assert sweep() == 1
    assert len(web.requests) == 1


def test_the_one_that_waits_longest_goes_when_another_ends(
    acme: Workspace, web: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    held(acme, 0)
    paths = ("/first", "/second", "/third")
    first, *_ = [endpoint_of(acme, web, path) for path in paths]
    WebhookEndpoint.objects.update(busy_until=timezone.now() + timedelta(minutes=1))  # so that nothing is sent yet
    emit(acme.pk, "call.status", {"id": "c1"})
    second = WebhookDelivery.objects.get(endpoint__url__endswith="/second")
    WebhookDelivery.objects.filter(pk=second.pk).update(next_attempt_at=timezone.now() - timedelta(minutes=1))
    WebhookEndpoint.objects.update(busy_until=None)
    real_send, at_once = webhook_delivery._send, []

    def send(endpoint: WebhookEndpoint, batch: list[WebhookDelivery]) -> None:
        at_once.append(ExternalLease.objects.count())
        real_send(endpoint, batch)

    monkeypatch.setattr(webhook_delivery, "_send", send)
    deliver(first.pk)
    assert [sent.path for sent in web.requests] == ["/first", "/second", "/third"]
    assert at_once == [2, 2, 2]
