"""A trunk's deletion by statements that are made once: it changes what Django's own deletion changes."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Workspace
from calls.models import Alert, AlertRule, Attempt, Call
from telephony.models import Gateway, LiveKitAlias, PhoneNumber, SyncRun, Trunk, TrunkHealth
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk, delete_trunk
from tests.calls.conftest import Line, make_line

UNLIKE = {"history_id", "history_date"}


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of all tables."""
    found = {}
    for model in apps.get_models():
        rows = model._base_manager.order_by("pk").values()
        kept = [{name: value for name, value in row.items() if name not in UNLIKE} for row in rows]
        found[model._meta.label] = sorted(kept, key=str)
    return found


def fill(line: Line) -> None:
    """Add a row of each table that refers to the trunk, its gateway or its number."""
    now = timezone.now()
    call = line.place()
    rows = {"call": call, "number": 1, "trunk": line.trunk, "gateway": line.trunk.gateways.get()}
    Attempt.objects.create(**rows, livekit_trunk_id="ST_1", room_name="room", started_at=now)
    Call.objects.filter(pk=call.pk).update(trunk=line.trunk)
    other = create_trunk(line.workspace, {"name": "Other", "gateways": [{"ip_or_domain": "192.0.2.8"}]})
    add_number(other, "+12025550177", transfer_trunk=line.trunk)
    LiveKitAlias.objects.create(trunk=line.trunk, livekit_id="ST_former")
    SyncRun.objects.create(trunk=line.trunk, started_at=now, finished_at=now, generation=1, outcome="active", calls=1)
    TrunkHealth.objects.update_or_create(trunk=line.trunk)
    rule = AlertRule.objects.create(workspace=line.workspace, name="Rule", kind="answer_rate", trunk=line.trunk)
    Alert.objects.create(workspace=line.workspace, rule=rule, started_at=now)


@pytest.mark.postgres
def test_the_plan_changes_what_django_changes(line: Line, acme: Workspace) -> None:
    fill(line)
    before = everything()
    with transaction.atomic():
        Trunk.objects.get(pk=line.trunk.pk).delete()
        expected = everything()
        transaction.set_rollback(True)
    assert everything() == before
    delete_trunk(line.trunk)
    connection.check_constraints()
    assert everything() == expected
    changed = {name for name, rows in before.items() if rows != expected[name]}
    for name in ("Gateway", "PhoneNumber", "HistoricalGateway", "HistoricalPhoneNumber", "HistoricalTrunk"):
        assert f"telephony.{name}" in changed
    for name in ("LiveKitObject", "LiveKitAlias", "SyncRun", "TrunkHealth"):
        assert f"telephony.{name}" in changed
    assert {"calls.Alert", "calls.AlertRule", "calls.Attempt", "calls.Call"} <= changed


@pytest.mark.postgres
def test_a_deletion_sends_two_messages(line: Line, sent: list[str]) -> None:
    delete_trunk(create_trunk(line.workspace, {"name": "First", "gateways": [{"ip_or_domain": "192.0.2.8"}]}))
    trunk = create_trunk(line.workspace, {"name": "Next", "gateways": [{"ip_or_domain": "192.0.2.9"}]})
    sent.clear()
    delete_trunk(trunk)
    savepoint, _reading, writing = sent  # within the test's transaction
    assert savepoint.startswith("SAVEPOINT")
    assert writing.rpartition("; ")[2].startswith("RELEASE SAVEPOINT")


@pytest.mark.postgres
def test_what_depends_on_several_gateways_is_deleted_too(acme: Workspace) -> None:
    line = make_line(acme, gateways=3)
    add_number(line.trunk, "+12025550178")
    assert delete_trunk(line.trunk)
    assert [Gateway.objects.count(), PhoneNumber.objects.count()] == [0, 0]
    assert not delete_trunk(line.trunk)
