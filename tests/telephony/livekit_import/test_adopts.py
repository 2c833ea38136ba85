"""What stands in LiveKit becomes rows, keeps its ids, and bears our mark after the next sync."""

import pytest

from accounts.models import Workspace
from telephony.choices import TrunkStatus
from telephony.models import LiveKitObject, Trunk
from telephony.sync.ownership import read_tag
from tests.telephony.livekit_import.conftest import Project, Result

pytestmark = pytest.mark.django_db(transaction=True)


def run(workspace: Workspace, *more: str) -> Result:
    return Result("--workspace", workspace.slug, *more)


def test_a_carriers_trunks_and_rule_become_one_trunk_with_their_ids(acme: Workspace, by_hand: Project) -> None:
    inbound = by_hand.inbound()
    outbound = by_hand.outbound(numbers=["+15550100000"], from_host="acme.example.com")
    rule = by_hand.rule(inbound)
    assert run(acme, "--yes").status == 0
    trunk = Trunk.objects.get()
    assert (trunk.workspace, trunk.name, trunk.status) == (acme, "Carrier in", TrunkStatus.ACTIVE)
    assert (trunk.auth_username, trunk.auth_password, trunk.from_host) == ("u", "hunter2", "acme.example.com")
    assert [number.number for number in trunk.numbers.all()] == ["+15550100000"]
    gateways = [(g.ip_or_domain, g.netmask, g.port, g.inbound, g.outbound) for g in trunk.gateways.all()]
    assert gateways == [("192.0.2.0", 30, 5060, True, False), ("sip.example.com", 32, 5060, False, True)]
    standing = by_hand.server.standing()
    assert standing.ids == {inbound, outbound, rule}
    assert set(LiveKitObject.objects.values_list("livekit_id", flat=True)) == {inbound, outbound, rule}
    objects = [*standing.inbound, *standing.outbound, *standing.rules]
    assert all(read_tag(one.metadata) for one in objects)
    assert list(standing.inbound[0].allowed_addresses) == ["192.0.2.0/30"]
    assert standing.outbound[0].auth_password == "hunter2"


def test_an_outbound_trunk_for_any_number_is_a_trunk_of_its_own(acme: Workspace, by_hand: Project) -> None:
    by_hand.inbound()
    outbound = by_hand.outbound(name="")
    assert run(acme, "--yes").status == 0
    assert Trunk.objects.count() == 2
    assert Trunk.objects.get(name=outbound).numbers.count() == 0
    assert list(by_hand.server.standing().outbound[0].numbers) == ["*"]


def test_gateways_of_one_carrier_stay_together(acme: Workspace, by_hand: Project) -> None:
    for host in ("one", "two"):
        by_hand.outbound(address=f"{host}.example.com", numbers=["15550100000", "+15550100001"])
    run(acme, "--yes")
    trunk = Trunk.objects.get()
    assert sorted(gateway.ip_or_domain for gateway in trunk.gateways.all()) == ["one.example.com", "two.example.com"]
    assert sorted(number.number for number in trunk.numbers.all()) == ["+15550100000", "+15550100001"]


def test_what_changes_is_told_before(acme: Workspace, by_hand: Project) -> None:
    by_hand.rule(by_hand.inbound(), prefix="old-")
    by_hand.inbound(name="Bare", numbers=["+15550100009"])
    by_hand.outbound(transport=0)
    told = run(acme, "--dry-run").out
    assert "named call-… instead of old-…" in told
    assert "voxa-agent answers its calls instead of nobody" in told
    assert "A dispatch rule is added" in told
    assert "dials over UDP" in told
    assert not Trunk.objects.exists()


def test_running_twice_changes_nothing(acme: Workspace, by_hand: Project) -> None:
    by_hand.rule(by_hand.inbound())
    run(acme, "--yes")
    before = by_hand.server.standing(), list(Trunk.objects.values())
    again = run(acme, "--yes")
    assert (again.status, again.out) == (0, "")
    assert "Nothing to adopt" in again.err
    assert "2 objects are already managed by Voxa" in again.err
    assert (by_hand.server.standing(), list(Trunk.objects.values())) == before


def test_before_the_next_sync_it_knows_what_it_adopted(
    acme: Workspace, by_hand: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voxa.core.tasks.publish", lambda task, *args: None)
    by_hand.outbound()
    run(acme, "--yes")
    assert "Nothing to adopt" in run(acme, "--yes").err
    assert Trunk.objects.count() == 1


def test_a_password_is_never_printed(acme: Workspace, by_hand: Project) -> None:
    by_hand.outbound()
    for flag in ("--dry-run", "--yes"):
        told = run(acme, flag)
        assert "hunter2" not in told.out + told.err
