"""Reconcile: LiveKit compared with the rows."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Workspace
from telephony.choices import ObjectKind
from telephony.livekit import DispatchRuleSpec, InboundTrunkSpec, OutboundTrunkSpec, trunks
from telephony.models import Installation, LiveKitAlias, LiveKitObject, LiveKitProject, Trunk
from telephony.sync.apply import sync_trunk
from telephony.sync.findings import Cause
from telephony.sync.ownership import OwnershipTag
from telephony.sync.reconcile import reconcile
from telephony.sync.results import Outcome
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit

ANOTHERS = "11111111-1111-4111-8111-111111111111"

NUMBER = "+15550100000"


@pytest.fixture
def trunk(make_trunk: MakeTrunk) -> Trunk:
    trunk = make_trunk([NUMBER])
    sync_trunk(trunk.pk)
    return trunk


def _ours(kind: ObjectKind) -> str:
    return str(OwnershipTag(Installation.current(), kind, uuid4()))


def test_where_all_is_well_it_lists_once_a_kind_and_does_nothing(
    trunk: Trunk, project: LiveKitProject, livekit: FakeLiveKit
) -> None:
    livekit.calls.clear()
    report = reconcile(project)
    assert (report.findings, report.is_clean) == ([], True)
    assert sorted(livekit.calls) == ["list inbound", "list outbound", "list rule"]


def test_more_rows_take_no_more_statements(
    make_trunk: MakeTrunk, trunk: Trunk, project: LiveKitProject, livekit: FakeLiveKit
) -> None:
    counts = []
    for numbers in ([], ["+15550100001", "+15550100002", "+15550100003"]):
        for number in numbers:
            sync_trunk(make_trunk([number]).pk)
        with CaptureQueriesContext(connection) as statements:
            assert reconcile(project).findings == []
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_an_object_left_on_a_former_project_is_found(
    trunk: Trunk, project: LiveKitProject, livekit: FakeLiveKit
) -> None:
    former = LiveKitProject.objects.create(name="Former", url="wss://former.example", api_key="k", api_secret="s")
    LiveKitObject.objects.create(
        project=former, workspace=trunk.workspace, trunk=trunk, kind=ObjectKind.RULE, source_id=trunk.pk
    )
    assert [finding.cause for finding in reconcile(project, dry_run=True).findings] == [Cause.UNPLANNED]


def test_after_a_flush_everything_is_made_anew(trunk: Trunk, project: LiveKitProject, livekit: FakeLiveKit) -> None:
    old = livekit.ids()
    livekit.flush()
    report = reconcile(project)
    assert report.outcomes == {trunk.pk: Outcome.ACTIVE}
    assert len(livekit.ids()) == 3
    assert set(LiveKitAlias.objects.values_list("livekit_id", flat=True)) == old
    assert reconcile(project).findings == []


def test_what_someone_changed_in_livekit_is_mended_in_place(
    trunk: Trunk, project: LiveKitProject, livekit: FakeLiveKit
) -> None:
    before = livekit.ids()
    [inbound] = livekit.inbound()
    livekit.client_for_tests.run(
        trunks.update_inbound(inbound.id, replace(inbound.spec, allowed_addresses=("0.0.0.0/0",)))
    )
    assert [finding.cause for finding in reconcile(project).findings] == [Cause.DIFFERS]
    assert livekit.inbound()[0].spec.allowed_addresses == ("192.0.2.10/32",)
    assert livekit.ids() == before


def test_our_orphans_go(trunk: Trunk, project: LiveKitProject, livekit: FakeLiveKit) -> None:
    kept = livekit.ids()
    client = livekit.client_for_tests
    client.run(
        trunks.create_outbound(OutboundTrunkSpec(name="x", metadata=_ours(ObjectKind.OUTBOUND), address="192.0.2.1"))
    )
    inbound = InboundTrunkSpec(
        name="x", metadata=_ours(ObjectKind.INBOUND), numbers=("+15550100009",), allowed_addresses=("192.0.2.1",)
    )
    rule = DispatchRuleSpec(
        name="x",
        metadata=_ours(ObjectKind.RULE),
        trunk_ids=(client.run(trunks.create_inbound(inbound)),),
        room_prefix="call-",
    )
    client.run(trunks.create_rule(rule))
    assert reconcile(project).deleted == 3
    assert livekit.ids() == kept


def test_copies_go_and_the_recorded_one_stays(trunk: Trunk, project: LiveKitProject, livekit: FakeLiveKit) -> None:
    kept = livekit.ids()
    livekit.client_for_tests.run(trunks.create_outbound(livekit.outbound()[0].spec))
    assert [finding.cause for finding in reconcile(project).findings] == [Cause.COPY]
    assert livekit.ids() == kept


@pytest.mark.parametrize("metadata", ["", "someone else's", f"voxa:{ANOTHERS}:outbound:{ANOTHERS}"])
def test_what_is_not_ours_is_never_touched(
    trunk: Trunk, project: LiveKitProject, livekit: FakeLiveKit, metadata: str
) -> None:
    theirs = OutboundTrunkSpec(name="theirs", metadata=metadata, address="192.0.2.1")
    foreign_id = livekit.client_for_tests.run(trunks.create_outbound(theirs))
    assert reconcile(project).findings == []
    assert foreign_id in livekit.ids()


def test_an_object_being_made_is_no_orphan(
    make_trunk: MakeTrunk, project: LiveKitProject, livekit: FakeLiveKit
) -> None:
    trunk = make_trunk([NUMBER])

    def reconcile_meanwhile(name: str, moment: str) -> None:
        if (name, moment) == ("create inbound", "after"):
            livekit.on_call = lambda name, moment: None
            reconcile(project)

    livekit.on_call = reconcile_meanwhile
    assert sync_trunk(trunk.pk) == Outcome.ACTIVE
    assert len(livekit.ids()) == 3
    assert reconcile(project).findings == []


def test_a_dry_run_only_tells(trunk: Trunk, project: LiveKitProject, livekit: FakeLiveKit) -> None:
    livekit.flush()
    report = reconcile(project, dry_run=True)
    assert [finding.cause for finding in report.findings] == [Cause.VANISHED] * 3
    assert livekit.ids() == set()
    assert LiveKitObject.objects.exclude(livekit_id="").count() == 3


def test_one_workspace_alone_leaves_the_others_and_orphans_be(
    trunk: Trunk, make_trunk: MakeTrunk, globex: Workspace, project: LiveKitProject, livekit: FakeLiveKit
) -> None:
    other = make_trunk(["+15550100009"], workspace=globex)
    sync_trunk(other.pk)
    livekit.flush()
    report = reconcile(project, workspace=globex)
    assert report.outcomes == {other.pk: Outcome.ACTIVE}
    assert len(livekit.ids()) == 3


def test_livekit_away_is_said(trunk: Trunk, project: LiveKitProject, livekit: FakeLiveKit) -> None:
    livekit.away = True
    report = reconcile(project)
    assert not report.is_clean
    assert "did not answer" in report.error
