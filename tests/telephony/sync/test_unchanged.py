"""A reconcile compares what has changed since the last one, and only that."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Workspace
from telephony.choices import ObjectKind, Transport
from telephony.livekit import InboundTrunkSpec, trunks
from telephony.models import Gateway, LiveKitObject, LiveKitProject, PhoneNumber, SipEndpoint, Trunk
from telephony.services.agents import create_agent
from telephony.services.endpoints import connect_agent
from telephony.sync import findings, plan, unchanged
from telephony.sync import reconcile as reconciling
from telephony.sync.apply import sync_endpoint, sync_trunk
from telephony.sync.findings import Cause
from telephony.sync.kinds import KINDS, RowKind
from telephony.sync.reconcile import reconcile
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit

NUMBER, OTHER = "+15550100000", "+15550100009"
Found = set[tuple[Cause, ObjectKind]]
INBOUND, OUTBOUND, RULE = ((Cause.DIFFERS, kind) for kind in (ObjectKind.INBOUND, ObjectKind.OUTBOUND, ObjectKind.RULE))


@pytest.fixture
def rows(
    make_trunk: MakeTrunk, acme: Workspace, project: LiveKitProject, names: dict[str, tuple[str, ...]]
) -> dict[str, Model]:
    """A trunk with an address and a name, and an endpoint, in order and reconciled once."""
    names["sip.example.com"] = ("192.0.2.20",)
    trunk = make_trunk([NUMBER], hosts=["192.0.2.10", "sip.example.com"], auth_username="u", auth_password="p")
    endpoint = connect_agent(
        create_agent(acme, {"name": "Agent"}),
        {"name": "Reception", "sip_username": "agent-01", "sip_password": "s3cur3P@ssw0rd!"},
    )
    sync_trunk(trunk.pk)
    sync_endpoint(endpoint.pk)
    report = reconcile(project)
    assert (report.findings, report.lint_findings, report.error) == ([], [], "")
    return {"trunk": trunk, "endpoint": endpoint}


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The rows that are compared from here on."""
    ids: list[UUID] = []

    def noting(kind: RowKind, row: Any, *args: Any) -> Any:
        ids.append(row.id)
        return findings.compare(kind, row, *args)

    monkeypatch.setattr(reconciling, "compare", noting)
    return ids


def found(project: LiveKitProject) -> Found:
    return {(finding.cause, finding.kind) for finding in reconcile(project, dry_run=True).findings}


@pytest.mark.postgres
def test_what_is_as_it_was_is_not_compared_again(
    rows: dict[str, Model], project: LiveKitProject, compared: list[UUID]
) -> None:
    assert reconcile(project).findings == []
    assert compared == []
    Trunk.objects.update(name="Renamed")
    assert reconcile(project).findings != []
    assert set(compared) == {rows["trunk"].pk}
    compared.clear()
    assert reconcile(project).findings == []
    assert compared == [rows["trunk"].pk]  # as it is now: once
    assert reconcile(project).findings == []
    assert compared == [rows["trunk"].pk]


@pytest.mark.postgres
def test_a_look_at_one_workspace_forgets_nothing_of_the_others(
    rows: dict[str, Model], project: LiveKitProject, globex: Workspace, compared: list[UUID]
) -> None:
    reconcile(project, workspace=globex)
    reconcile(project)
    assert compared == []


@pytest.mark.postgres
def test_a_lookup_that_finds_nothing_new_is_no_change(
    rows: dict[str, Model], project: LiveKitProject, compared: list[UUID]
) -> None:
    named = Gateway.objects.exclude(resolved_at=None)
    assert named.update(resolved_at=timezone.now()) == 1
    assert reconcile(project).findings == []
    assert compared == []


@pytest.mark.postgres
def test_what_differs_is_found_until_it_is_mended(
    rows: dict[str, Model], project: LiveKitProject, livekit: FakeLiveKit
) -> None:
    livekit.flush()
    first = found(project)
    assert {cause for cause, _ in first} == {Cause.VANISHED}
    assert found(project) == first


@pytest.mark.parametrize(
    ("change", "differing"),
    [
        (lambda: Trunk.objects.update(name="Renamed"), {INBOUND, OUTBOUND, RULE}),
        (lambda: Trunk.objects.update(auth_password="another"), {OUTBOUND}),
        (lambda: Trunk.objects.update(codecs=["PCMU"]), {INBOUND, OUTBOUND}),
        (lambda: Gateway.objects.update(port=5080), {OUTBOUND}),
        (lambda: Gateway.objects.update(protocol=Transport.TCP), {OUTBOUND}),
        (lambda: Gateway.objects.exclude(resolved_at=None).update(resolved={}), {INBOUND}),
        (lambda: Gateway.objects.filter(resolved_at=None).delete(), {INBOUND, (Cause.UNPLANNED, ObjectKind.OUTBOUND)}),
        (lambda: PhoneNumber.objects.update(number=OTHER), {INBOUND, OUTBOUND}),
        (lambda: PhoneNumber.objects.create(trunk=Trunk.objects.get(), number=OTHER), {INBOUND, OUTBOUND}),
        (
            lambda: PhoneNumber.objects.all().delete(),
            {OUTBOUND, (Cause.UNPLANNED, ObjectKind.INBOUND), (Cause.UNPLANNED, ObjectKind.RULE)},
        ),
        (lambda: SipEndpoint.objects.update(name="Lobby"), {INBOUND, RULE}),
        (lambda: SipEndpoint.objects.update(sip_password="an0ther-P@ssw0rd"), {INBOUND}),
        (lambda: Workspace.objects.update(slug="renamed"), {INBOUND}),
        (lambda: LiveKitObject.objects.filter(kind="rule").update(livekit_id="SDR_x"), {(Cause.VANISHED, "rule")}),
        (
            lambda: LiveKitObject.objects.filter(kind="outbound").delete(),
            {(Cause.MISSING, ObjectKind.OUTBOUND), (Cause.ORPHAN, ObjectKind.OUTBOUND)},
        ),
    ],
)
def test_a_change_of_whatever_a_row_is_made_of_is_found(
    rows: dict[str, Model], project: LiveKitProject, change: Callable[[], object], differing: Found
) -> None:
    change()
    assert found(project) == differing


@pytest.mark.parametrize("kind", ObjectKind)
def test_a_change_of_an_object_by_hand_is_found(
    rows: dict[str, Model], project: LiveKitProject, livekit: FakeLiveKit, kind: ObjectKind
) -> None:
    shelves: dict[str, tuple[Any, str]] = {
        ObjectKind.INBOUND: (livekit.state.inbound, "sip_trunk_id"),
        ObjectKind.OUTBOUND: (livekit.state.outbound, "sip_trunk_id"),
        ObjectKind.RULE: (livekit.state.rules, "sip_dispatch_rule_id"),
    }
    standing, name_of_id = shelves[kind]
    changed = next(iter(standing))
    changed.name = "By hand"
    standing.put(getattr(changed, name_of_id), changed)
    assert found(project) == {(Cause.DIFFERS, kind)}


def test_an_object_that_is_gone_is_found(rows: dict[str, Model], project: LiveKitProject, livekit: FakeLiveKit) -> None:
    livekit.client_for_tests.run(trunks.delete_rule(livekit.rules()[0].id))
    assert found(project) == {(Cause.VANISHED, ObjectKind.RULE)}


def test_a_new_version_of_the_code_compares_everything(
    rows: dict[str, Model], project: LiveKitProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unchanged, "_in_order", {})  # another process
    monkeypatch.setattr(plan, "ROOM_PREFIX", "another-")
    assert found(project) == {(Cause.DIFFERS, ObjectKind.RULE)}


def test_a_foreign_object_is_found_after_a_lint_that_found_nothing(
    rows: dict[str, Model], project: LiveKitProject, livekit: FakeLiveKit
) -> None:
    theirs = InboundTrunkSpec(name="x", metadata="", numbers=(OTHER,), allowed_addresses=("9.9.9.9/32",))
    theirs_id = livekit.client_for_tests.run(trunks.create_inbound(theirs))
    assert reconcile(project).lint_findings == []
    PhoneNumber.objects.update(number=OTHER)  # which the foreign trunk has
    assert "trunk.takes_number" in {finding.code for finding in reconcile(project, dry_run=True).lint_findings}
    PhoneNumber.objects.update(number=NUMBER)
    assert reconcile(project).lint_findings == []
    livekit.client_for_tests.run(trunks.update_inbound(theirs_id, replace(theirs, numbers=(NUMBER,))))
    assert "trunk.takes_number" in {finding.code for finding in reconcile(project).lint_findings}


@pytest.mark.postgres
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.field)
def test_a_version_covers_every_table_that_a_row_is_read_from(rows: dict[str, Model], kind: RowKind) -> None:
    with CaptureQueriesContext(connection) as statements:
        kind.read([rows[kind.field].pk])
    read = {table for one in statements for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', one["sql"])}
    read -= {"telephony_telephonysettings"}  # only its project, by which the rows were selected
    read -= {"accounts_workspace"} if kind.field == "trunk" else set()  # joined on the way there
    assert read == {table for table in read if table in kind.version.sql}
