"""`trunk.status`: webhooks are told when a trunk becomes active or failed, and only then."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import WebhookEndpoint, WebhookMessage, Workspace
from accounts.services.webhooks import create_endpoint
from accounts.webhook_events import EVENT_TYPES
from telephony.choices import TrunkStatus
from telephony.models import Trunk
from telephony.sync.apply import sync_trunk
from telephony.sync.kinds import TRUNKS
from telephony.sync.lease import Lease
from telephony.sync.results import write_failed, write_success
from tests.telephony.sync.conftest import MakeTrunk


@pytest.fixture
def endpoint(acme: Workspace) -> WebhookEndpoint:
    return create_endpoint(acme, "https://hooks.example.com/voxa", ["trunk.status"])[0]


@pytest.fixture
def trunk(make_trunk: MakeTrunk) -> Trunk:
    return make_trunk(["+15550100000"])


def told() -> list[dict[str, Any]]:
    return [message.payload for message in WebhookMessage.objects.order_by("created_at")]


def fail(trunk: Trunk, words: str) -> bool:
    lease = Lease(TRUNKS)
    lease.claim([trunk.pk])
    generation = Trunk.objects.get(pk=trunk.pk).generation
    return write_failed(lease, trunk.pk, generation, 0, words, ())


@pytest.mark.usefixtures("endpoint")
def test_a_trunk_that_becomes_active_is_told_once(trunk: Trunk) -> None:
    sync_trunk(trunk.pk)
    sync_trunk(trunk.pk)
    assert told() == [{"id": str(trunk.pk), "name": "Main", "status": "active", "lastError": ""}]
    assert set(told()[0]) == set(EVENT_TYPES["trunk.status"].example)


@pytest.mark.usefixtures("endpoint")
def test_a_trunk_that_failed_is_told_with_what_to_do_and_again_when_it_is_well(trunk: Trunk) -> None:
    assert fail(trunk, "Choose another number.")
    assert fail(trunk, "Choose another number.")
    sync_trunk(trunk.pk)
    assert [(one["status"], one["lastError"]) for one in told()] == [
        ("failed", "Choose another number."), ("active", ""),
    ]  # fmt: skip


@pytest.mark.usefixtures("endpoint")
def test_a_change_is_told_when_it_is_done_and_an_outdated_result_is_not(trunk: Trunk) -> None:
    sync_trunk(trunk.pk)
    trunk.name = "Renamed"
    trunk.save()
    lease = Lease(TRUNKS)
    lease.claim([trunk.pk])
    planned_before = Trunk.objects.get(pk=trunk.pk).generation - 1
    write_success(lease, [(trunk.pk, planned_before, ())])
    lease.release([trunk.pk])
    assert len(told()) == 1
    sync_trunk(trunk.pk)
    assert [one["name"] for one in told()] == ["Main", "Renamed"]


def test_many_trunks_cost_one_query_where_nobody_listens(
    make_trunk: MakeTrunk, globex: Workspace, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    create_endpoint(globex, "https://hooks.example.com/voxa", ["trunk.status"])
    trunks = [make_trunk() for _ in range(5)]
    lease = Lease(TRUNKS)
    lease.claim([trunk.pk for trunk in trunks])
    generations = dict(Trunk.objects.values_list("pk", "generation"))
    with django_assert_max_num_queries(3 + 2):  # their status, the update, who listens; the transaction
        write_success(lease, [(pk, generation, ()) for pk, generation in generations.items()])
    assert set(Trunk.objects.values_list("status", flat=True)) == {TrunkStatus.ACTIVE}
    assert told() == []
