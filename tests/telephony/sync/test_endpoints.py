"""A SIP endpoint in LiveKit: an inbound trunk with its credentials and a rule, under the guarantees of trunks."""

import json
from collections.abc import Callable

import pytest

from accounts.models import Workspace
from accounts.services.workspaces import close_workspace
from telephony import selectors
from telephony.choices import TrunkStatus
from telephony.models import LiveKitAlias, LiveKitObject, LiveKitProject, SipEndpoint, TelephonySettings
from telephony.services.agents import create_agent
from telephony.services.endpoints import connect_agent, rotate_password, update_endpoint
from telephony.sync.apply import sync_endpoint
from telephony.sync.kinds import ENDPOINTS
from telephony.sync.reconcile import reconcile
from telephony.sync.results import Outcome
from telephony.sync.sweep import sweep
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit, Killed

MakeEndpoint = Callable[..., SipEndpoint]


@pytest.fixture
def make_endpoint(acme: Workspace, livekit: FakeLiveKit) -> MakeEndpoint:
    def make(workspace: Workspace = acme, username: str = "agent-01") -> SipEndpoint:
        TelephonySettings.of(workspace.pk)
        agent = create_agent(workspace, {"name": "Agent"})
        data = {"name": "Reception", "sip_username": username, "sip_password": "s3cur3P@ssw0rd!"}
        return connect_agent(agent, data)

    return make


@pytest.fixture
def endpoint(make_endpoint: MakeEndpoint) -> SipEndpoint:
    endpoint = make_endpoint()
    assert sync_endpoint(endpoint.pk) == Outcome.ACTIVE
    return endpoint


def test_it_is_an_inbound_trunk_for_its_user_part_and_a_rule(
    endpoint: SipEndpoint, acme: Workspace, livekit: FakeLiveKit
) -> None:
    [inbound], [rule] = livekit.inbound(), livekit.rules()
    assert inbound.spec.numbers == ("agent-01.acme",)
    assert (inbound.spec.auth_username, inbound.spec.auth_password) == ("agent-01", "s3cur3P@ssw0rd!")
    assert (rule.spec.trunk_ids, rule.spec.room_prefix, rule.spec.agent_name) == ((inbound.id,), "call-", "voxa-agent")
    ids = {"workspace": str(acme.pk), "endpoint": str(endpoint.pk)}
    assert json.loads(rule.spec.agent_metadata) == ids
    assert rule.spec.attributes == {f"voxa.{name}": value for name, value in ids.items()}
    assert livekit.outbound() == []


def test_two_workspaces_may_have_one_username(
    endpoint: SipEndpoint, make_endpoint: MakeEndpoint, globex: Workspace, livekit: FakeLiveKit
) -> None:
    assert sync_endpoint(make_endpoint(globex).pk) == Outcome.ACTIVE
    assert sorted(stored.spec.numbers[0] for stored in livekit.inbound()) == ["agent-01.acme", "agent-01.globex"]


def test_a_rotated_password_is_written_in_place(
    endpoint: SipEndpoint, livekit: FakeLiveKit, django_capture_on_commit_callbacks: object
) -> None:
    before = livekit.ids()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        password = rotate_password(endpoint)
    assert livekit.inbound()[0].spec.auth_password == password
    assert livekit.ids() == before
    endpoint.refresh_from_db()
    assert endpoint.status == TrunkStatus.ACTIVE


def test_a_change_of_its_agents_prompt_is_none_of_livekits_business(
    endpoint: SipEndpoint, livekit: FakeLiveKit, django_capture_on_commit_callbacks: object
) -> None:
    livekit.calls.clear()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        update_endpoint(endpoint, {}, {"system_prompt": "Be kind."})
    assert livekit.calls == []


@pytest.mark.parametrize("call", ["create inbound", "create rule"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_sync_killed_anywhere_is_finished_without_a_copy(
    make_endpoint: MakeEndpoint, livekit: FakeLiveKit, call: str, moment: str
) -> None:
    endpoint = make_endpoint()

    def kill(name: str, when: str) -> None:
        if (name, when) == (call, moment):
            raise Killed

    livekit.on_call = kill
    with pytest.raises(Killed):
        sync_endpoint(endpoint.pk)
    livekit.on_call = lambda name, moment: None
    for model in (SipEndpoint, LiveKitObject):
        model.objects.update(leased_until=None, lease_token=None)
    assert sync_endpoint(endpoint.pk) == Outcome.ACTIVE
    assert len(livekit.ids()) == 2
    assert set(LiveKitObject.objects.values_list("livekit_id", flat=True)) == livekit.ids()


def test_an_endpoint_deleted_while_it_is_made_leaves_nothing(make_endpoint: MakeEndpoint, livekit: FakeLiveKit) -> None:
    endpoint = make_endpoint()

    def delete(name: str, moment: str) -> None:
        if (name, moment) == ("create inbound", "after"):
            SipEndpoint.objects.get(pk=endpoint.pk).delete()

    livekit.on_call = delete
    sync_endpoint(endpoint.pk)
    assert livekit.ids() == set()
    assert not LiveKitObject.objects.exists()


def test_deleting_removes_both_objects(
    endpoint: SipEndpoint, livekit: FakeLiveKit, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        endpoint.delete()
    assert livekit.ids() == set()
    assert not LiveKitObject.objects.exists()


def test_a_sweep_makes_what_no_message_asked_for(
    make_endpoint: MakeEndpoint, make_trunk: MakeTrunk, livekit: FakeLiveKit
) -> None:
    endpoint, trunk = make_endpoint(), make_trunk(["+15550100000"])
    sweep()
    for row in (endpoint, trunk):
        row.refresh_from_db()
    assert (endpoint.status, trunk.status) == (TrunkStatus.ACTIVE, TrunkStatus.ACTIVE)
    SipEndpoint.objects.update(name="Renamed in bulk")
    Workspace.objects.filter(pk=endpoint.workspace_id).update(slug="acme-eu")
    sweep()
    assert "agent-01.acme-eu" in {number for stored in livekit.inbound() for number in stored.spec.numbers}
    assert "Renamed in bulk" in {stored.spec.name for stored in livekit.rules()}


def test_reconcile_mends_it_and_old_ids_still_find_it(
    endpoint: SipEndpoint, acme: Workspace, globex: Workspace, livekit: FakeLiveKit
) -> None:
    old = livekit.inbound()[0].id
    livekit.flush()
    report = reconcile(LiveKitProject.default())
    assert {finding.row_kind for finding in report.findings} == {ENDPOINTS}
    assert report.outcomes == {endpoint.pk: Outcome.ACTIVE}
    assert LiveKitAlias.objects.filter(endpoint=endpoint, livekit_id=old).exists()
    for reference in (old, livekit.inbound()[0].id, endpoint.public_id):
        assert selectors.find_endpoint(acme, reference) == endpoint
        assert selectors.find_endpoint(globex, reference) is None
    assert reconcile(LiveKitProject.default()).findings == []


def test_livekit_away_leaves_it_pending(make_endpoint: MakeEndpoint, livekit: FakeLiveKit) -> None:
    endpoint = make_endpoint()
    livekit.away = True
    assert sync_endpoint(endpoint.pk) == Outcome.PENDING
    endpoint.refresh_from_db()
    assert (endpoint.status, endpoint.sync_failures) == (TrunkStatus.PENDING, 1)


def test_a_workspace_that_closes_takes_its_endpoints_along(
    endpoint: SipEndpoint, acme: Workspace, livekit: FakeLiveKit
) -> None:
    close_workspace(acme)
    sweep()
    assert livekit.ids() == set()
    assert not Workspace.objects.filter(pk=acme.pk).exists()
