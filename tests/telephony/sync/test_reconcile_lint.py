"""What a reconcile tells of foreign objects that defeat ours, where it is kept, and who is told which of it."""

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import Workspace
from telephony.livekit import InboundTrunkSpec, trunks
from telephony.livekit.entrances import Rule
from telephony.models import LiveKitProject, Trunk
from telephony.sandbox.store import new_id
from telephony.sync.apply import sync_trunk
from telephony.sync.linting import concerning, for_tenant, kept
from telephony.sync.reconcile import reconcile
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit

NUMBER, OTHER = "+15550100000", "+15550100009"


@pytest.fixture
def trunk(make_trunk: MakeTrunk) -> Trunk:
    trunk = make_trunk([NUMBER])
    sync_trunk(trunk.pk)
    return trunk


def catch_all(livekit: FakeLiveKit) -> str:
    """Put a rule without a trunk there, as another program would."""
    message = livekit.state.rules
    [ours] = list(message)
    info = type(ours)()
    info.CopyFrom(ours)
    info.sip_dispatch_rule_id, info.metadata, info.name = new_id("SDR_"), "", "Everything"
    del info.trunk_ids[:]
    info.attributes.clear()
    message.put(info.sip_dispatch_rule_id, info)
    return str(info.sip_dispatch_rule_id)


def test_a_foreign_catch_all_is_told_kept_and_left_alone(
    trunk: Trunk, project: LiveKitProject, livekit: FakeLiveKit
) -> None:
    rule_id = catch_all(livekit)
    [lint_finding] = reconcile(project).lint_findings
    assert (lint_finding.code, lint_finding.livekit_id) == ("rule.any_trunk", rule_id)
    assert rule_id in livekit.ids()
    project.refresh_from_db()
    assert kept(project) == [lint_finding]
    assert project.linted_at is not None


def test_once_it_is_gone_nothing_is_kept(trunk: Trunk, project: LiveKitProject, livekit: FakeLiveKit) -> None:
    rule_id = catch_all(livekit)
    reconcile(project)
    livekit.client_for_tests.run(trunks.delete_rule(rule_id))
    assert reconcile(project).lint_findings == []
    project.refresh_from_db()
    assert project.lint == []


def test_the_command_prints_id_harm_and_remedy(trunk: Trunk, project: LiveKitProject, livekit: FakeLiveKit) -> None:
    rule_id, out, err = catch_all(livekit), StringIO(), StringIO()
    call_command("reconcile_livekit", stdout=out, stderr=err)
    printed = " ".join(out.getvalue().split())
    assert rule_id in printed
    assert "rule.any_trunk" in printed
    assert "Everything is in sync" not in err.getvalue()


def test_our_own_that_somebody_opened_is_told_dry_and_mended_wet(
    trunk: Trunk, project: LiveKitProject, livekit: FakeLiveKit
) -> None:
    [inbound] = livekit.inbound()
    opened = replace(inbound.spec, allowed_addresses=("0.0.0.0/0",))
    livekit.client_for_tests.run(trunks.update_inbound(inbound.id, opened))
    [lint_finding] = reconcile(project, dry_run=True).lint_findings
    assert (lint_finding.code, lint_finding.row_id) == ("trunk.wide_network", trunk.pk)
    assert reconcile(project).lint_findings == []


def test_each_workspace_is_told_of_its_own_numbers_alone(
    make_trunk: MakeTrunk, acme: Workspace, globex: Workspace, project: LiveKitProject, livekit: FakeLiveKit
) -> None:
    theirs = InboundTrunkSpec(
        name="Secret plans", metadata="", numbers=(NUMBER, OTHER), allowed_addresses=("9.9.9.9/32",)
    )
    livekit.client_for_tests.run(trunks.create_inbound(theirs))
    make_trunk([NUMBER])
    make_trunk([OTHER], workspace=globex)
    lint_findings = reconcile(project).lint_findings
    [mine] = concerning(lint_findings, [globex.pk])
    assert [number for number, _ in mine.touches] == [OTHER]
    told = for_tenant(mine)
    assert told.startswith("An inbound trunk in LiveKit that Voxa did not make takes numbers that stand in Voxa.")
    assert told.endswith(f"It concerns your {OTHER}.")
    assert concerning(lint_findings, [Workspace.objects.create(name="New", slug="new").pk]) == []


def test_a_catch_all_concerns_whoever_can_be_called(
    trunk: Trunk, acme: Workspace, globex: Workspace, project: LiveKitProject, livekit: FakeLiveKit
) -> None:
    rule_id = catch_all(livekit)
    lint_findings = reconcile(project).lint_findings
    assert concerning(lint_findings, [globex.pk]) == []
    [mine] = concerning(lint_findings, [acme.pk])
    assert rule_id not in for_tenant(mine)


def test_a_secret_of_a_rule_is_not_kept() -> None:
    assert "1234" not in repr(Rule(id="SDR_1", pin="1234"))
