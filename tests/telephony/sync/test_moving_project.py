"""A workspace moves to another LiveKit project: its numbers go along, and all of it is made anew there."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Workspace
from telephony.choices import TrunkStatus
from telephony.models import LiveKitProject, PhoneNumber, TelephonySettings, Trunk
from telephony.services.numbers import add_number
from telephony.services.settings import update_settings
from telephony.sync import project_session
from telephony.sync.apply import sync_trunk
from telephony.sync.sweep import sweep
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit

NUMBER = "+15550100000"
OTHER_URL = "wss://other.example.com"


@pytest.fixture
def other(db: None) -> LiveKitProject:
    return LiveKitProject.objects.create(name="Other", url=OTHER_URL, api_key="key", api_secret="secret")


@pytest.fixture
def other_livekit(livekit: FakeLiveKit, monkeypatch: pytest.MonkeyPatch) -> FakeLiveKit:
    """The server of the other project; `livekit` stays that of the default one."""
    server = FakeLiveKit()
    servers = {OTHER_URL: server}
    monkeypatch.setattr(project_session, "client_for", lambda to: servers.get(to.url, livekit).client_for(to))
    return server


def move(workspace: Workspace, project: LiveKitProject) -> Any:
    return update_settings(workspace, {"project": project}, by_operator=True)


def test_everything_stands_on_the_other_server_and_nothing_on_the_former(
    make_trunk: MakeTrunk, acme: Workspace, livekit: FakeLiveKit, other: LiveKitProject, other_livekit: FakeLiveKit
) -> None:
    trunk = make_trunk([NUMBER])
    sync_trunk(trunk.pk)
    move(acme, other)
    sweep()
    assert livekit.ids() == set()
    assert [tuple(stored.spec.numbers) for stored in other_livekit.inbound()] == [(NUMBER,)]
    trunk.refresh_from_db()
    assert trunk.status == TrunkStatus.ACTIVE


def test_what_failed_on_the_former_server_is_tried_on_the_other(
    make_trunk: MakeTrunk, acme: Workspace, other: LiveKitProject, other_livekit: FakeLiveKit
) -> None:
    trunk = make_trunk()
    Trunk.objects.update(status=TrunkStatus.FAILED, last_error="Refused.")
    move(acme, other)
    sweep()
    trunk.refresh_from_db()
    assert (trunk.status, trunk.last_error) == (TrunkStatus.ACTIVE, "")


def test_numbers_go_along_and_are_free_where_they_were(
    make_trunk: MakeTrunk, acme: Workspace, globex: Workspace, other: LiveKitProject
) -> None:
    make_trunk([NUMBER])
    move(acme, other)
    assert PhoneNumber.objects.get(workspace=acme).project == other
    add_number(make_trunk(workspace=globex), NUMBER)


def test_a_number_that_the_other_project_has_stops_the_move_and_is_named(
    make_trunk: MakeTrunk, acme: Workspace, globex: Workspace, other: LiveKitProject
) -> None:
    make_trunk([NUMBER])
    move(globex, other)
    make_trunk([NUMBER], workspace=globex)
    with pytest.raises(ValidationError) as refusal:
        move(acme, other)
    assert NUMBER in refusal.value.message_dict["project"][0]
    assert TelephonySettings.of(acme.pk).project != other
    assert PhoneNumber.objects.get(workspace=acme).project != other


def test_the_workspace_itself_cannot_choose_its_project(acme: Workspace, other: LiveKitProject) -> None:
    assert update_settings(acme, {"project": other}).project != other
