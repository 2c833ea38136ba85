"""What a newcomer calls with."""

import pytest
from django.test import override_settings

from accounts.models import Workspace
from telephony.models import PhoneNumber, Trunk
from telephony.services.demo import NUMBER, create_demo_line
from voxa.core.errors import Conflict
from voxa.management.commands.bootstrap import make_first_rows


def test_the_line_has_a_trunk_a_number_and_an_agent(acme: Workspace) -> None:
    line = create_demo_line(acme)
    assert (line.number, line.workspace, line.trunk.workspace) == (NUMBER, acme, acme)
    assert line.agent is not None
    assert line.agent.active
    assert line.trunk.gateways.get().outbound


def test_a_second_line_leaves_nothing_behind(acme: Workspace, globex: Workspace) -> None:
    create_demo_line(acme)
    with pytest.raises(Conflict):
        create_demo_line(globex)
    assert not Trunk.objects.filter(workspace=globex).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("sandbox", [True, False])
def test_only_the_sandbox_gets_one(sandbox: bool) -> None:
    with override_settings(LIVEKIT_IS_SANDBOX=sandbox):
        made = make_first_rows()
    assert made is not None
    assert PhoneNumber.objects.exists() is sandbox
    assert (NUMBER in made["demo"]) is sandbox
