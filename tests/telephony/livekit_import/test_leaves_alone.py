"""What rows cannot say stays as it is, with the reason told."""

from typing import Any

import pytest

from accounts.models import Workspace
from telephony.models import Trunk
from telephony.services.trunks import create_trunk
from tests.telephony.livekit_import.conftest import Project, Result

pytestmark = pytest.mark.django_db(transaction=True)


def left_alone(workspace: Workspace, by_hand: Project, *reasons: str) -> None:
    """Import, and check that nothing was adopted or changed and that each reason was told."""
    before = by_hand.server.standing()
    result = Result("--workspace", workspace.slug, "--yes")
    assert result.status == 0
    assert not Trunk.objects.filter(workspace=workspace).exists()
    assert by_hand.server.standing() == before
    for reason in reasons:
        assert reason in result.out


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"numbers": []}, "accepts calls to any number"),
        ({"numbers": ["100"]}, "Not in E.164: 100"),
        ({"allowed_addresses": []}, "accepts calls from any"),
        ({"allowed_addresses": ["sip.example.com"]}, "by the name sip.example.com"),
        ({"allowed_addresses": ["10.0.0.0/8"]}, "/8 is wider than /16"),
        ({"allowed_addresses": ["2001:db8::/32"]}, "32 is one address for IPv4 only"),
        ({"allowed_addresses": ["0.0.0.0/0"]}, "the unspecified address"),
        ({"allowed_addresses": ["224.0.0.1"]}, "a multicast address"),
        ({"allowed_addresses": [f"192.0.2.{n}" for n in range(21)]}, "at most 20 gateways"),
        ({"auth_username": "u", "auth_password": "p"}, "authenticates callers by password"),
        ({"headers": {"X-A": "a"}}, "uses headers"),
        ({"allowed_numbers": ["+15550100009"]}, "uses allowed_numbers"),
        ({"krisp_enabled": True}, "uses krisp_enabled"),
        ({"metadata": "theirs"}, "metadata belongs to another program"),
    ],
)
def test_an_inbound_trunk(acme: Workspace, by_hand: Project, fields: dict[str, Any], reason: str) -> None:
    by_hand.inbound(**fields)
    left_alone(acme, by_hand, reason)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"auth_password": ""}, "only one of username"),
        ({"numbers": ["*", "+15550100000"]}, "both *"),
        ({"address": "sip_x!"}, "is not a host and port"),
        ({"address": "sip.example.com:99999"}, "is not a host and port"),
        ({"address": "sip.example.com:5061", "transport": 0}, "transport on port 5061 is automatic"),
        ({"include_headers": 1}, "uses include_headers"),
        ({"destination_country": "US"}, "uses destination_country"),
        ({"metadata": "theirs"}, "metadata belongs to another program"),
    ],
)
def test_an_outbound_trunk(acme: Workspace, by_hand: Project, fields: dict[str, Any], reason: str) -> None:
    by_hand.outbound(**fields)
    left_alone(acme, by_hand, reason)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"pin": "1234"}, "uses rule"),
        ({"inbound_numbers": ["+15550100009"]}, "uses inbound_numbers"),
        ({"hide_phone_number": True}, "uses hide_phone_number"),
        ({"attributes": {"a": "b"}}, "attributes"),
        ({"metadata": "theirs"}, "metadata belongs to another program"),
    ],
)
def test_a_rule_and_with_it_its_trunk(acme: Workspace, by_hand: Project, fields: dict[str, Any], reason: str) -> None:
    trunk = by_hand.inbound()
    rule = by_hand.rule(trunk, **fields)
    left_alone(acme, by_hand, f"Its rule {rule} cannot be adopted", reason, f"{trunk}")


def test_rules_that_trunks_share(acme: Workspace, by_hand: Project) -> None:
    one, two = by_hand.inbound(), by_hand.inbound(name="Two", numbers=["+15550100001"])
    rule = by_hand.rule(one, two)
    left_alone(acme, by_hand, f"Its rule {rule} matches other trunks too")


def test_a_rule_without_trunk(acme: Workspace, by_hand: Project) -> None:
    by_hand.inbound()
    rule = by_hand.rule()
    left_alone(acme, by_hand, f"The rule {rule} has no trunk", "It has no trunk, so it matches all calls")


def test_a_number_that_a_row_has_already(acme: Workspace, globex: Workspace, by_hand: Project) -> None:
    by_hand.inbound()
    gateways = [{"ip_or_domain": "198.51.100.7", "inbound": False}]
    create_trunk(globex, {"name": "Globex", "gateways": gateways, "numbers": ["+15550100000"]})
    left_alone(acme, by_hand, "+15550100000: already on a Voxa trunk")


def test_what_another_installation_marked(acme: Workspace, by_hand: Project) -> None:
    mark = "voxa:11111111-1111-4111-8111-111111111111:outbound:22222222-2222-4222-8222-222222222222"
    by_hand.outbound(metadata=mark)
    left_alone(acme, by_hand)


def test_outbound_trunks_whose_numbers_overlap_or_that_sign_in_otherwise(acme: Workspace, by_hand: Project) -> None:
    numbers = ["+15550100000", "+15550100001"]
    by_hand.outbound(name="First", numbers=numbers)
    by_hand.outbound(name="Second", numbers=numbers, auth_username="other")
    by_hand.outbound(name="Third", numbers=numbers[:1])
    told = Result("--workspace", acme.slug, "--yes").out
    assert Trunk.objects.count() == 1
    assert "has different credentials" in told or "shares +15550100000" in told
    assert len(by_hand.server.standing()) == 3
