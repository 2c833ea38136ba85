"""What stands in LiveKit and defeats ours: each kind of open door is found, with its id, and nothing else is."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from telephony.choices import ObjectKind
from telephony.livekit.entrances import Entrance, Rule
from telephony.sync.lint import LintFinding, Snapshot, lint
from telephony.sync.ownership import OwnershipTag

HERE, ROW = uuid4(), uuid4()
NUMBER, ANOTHER = "+15550100000", "+15550109999"
CLOSED = ("198.51.100.7/32",)


def ours(kind: ObjectKind) -> str:
    return str(OwnershipTag(HERE, kind, ROW))


OURS = Entrance(
    id="ST_ours", metadata=ours(ObjectKind.INBOUND), numbers=(NUMBER,), allowed_addresses=("192.0.2.10/32",)
)
OUR_RULE = Rule(id="SDR_ours", metadata=ours(ObjectKind.RULE), trunk_ids=("ST_ours",), room="call-")


def find(*objects: Entrance | Rule) -> list[LintFinding]:
    """Lint these beside our own trunk and rule, which are as they should be; one with the same id takes their place."""
    snapshot = {one.id: one for one in (OURS, OUR_RULE, *objects)}.values()
    trunks = tuple(one for one in snapshot if isinstance(one, Entrance))
    rules = tuple(one for one in snapshot if isinstance(one, Rule))
    return lint(Snapshot(trunks, rules, HERE, {NUMBER: ROW}))


def codes(*objects: Entrance | Rule) -> set[tuple[str, bool]]:
    return {(finding.code, finding.grave) for finding in find(*objects) if finding.livekit_id == "X"}


def trunk(**fields: Any) -> Entrance:
    return Entrance(id="X", **{"numbers": (ANOTHER,), "allowed_addresses": CLOSED, **fields})


def rule(**fields: Any) -> Rule:
    return Rule(id="X", **fields)


def test_where_all_is_well_nothing_is_found() -> None:
    assert find() == []
    assert find(trunk(), Rule(id="Y", trunk_ids=("X",))) == []
    assert find(replace(OUR_RULE, trunk_ids=("ST_gone",))) == []  # a difference, mended by the next reconcile
    assert find(trunk(allowed_addresses=(), has_username=True, has_password=True)) == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"numbers": ()}, {("trunk.any_number", False)}),
        ({"numbers": (), "allowed_addresses": ()}, {("trunk.any_number", True)}),
        ({"numbers": (), "allowed_addresses": (), "has_username": True}, {
            ("trunk.any_number", True), ("trunk.half_credentials", True),
        }),
        ({"numbers": (), "allowed_addresses": (), "has_username": True, "has_password": True}, {
            ("trunk.any_number", False),
        }),
        ({"numbers": (), "allowed_addresses": ("a;b",)}, {
            ("trunk.any_number", True), ("trunk.no_entry_left", True), ("trunk.dropped_entries", False),
        }),
        ({"allowed_addresses": ()}, {("trunk.any_caller", False)}),
        ({"numbers": (NUMBER,), "allowed_addresses": ()}, {
            ("trunk.any_caller", True), ("trunk.takes_number", True), ("trunk.number_twice", True),
        }),
        ({"numbers": (NUMBER.removeprefix("+"),)}, {("trunk.takes_number", True), ("trunk.number_twice", True)}),
        ({"numbers": ("+1 (555) 010-0000",)}, {("trunk.takes_number", True), ("trunk.number_twice", True)}),
        ({"has_username": True}, {("trunk.half_credentials", False)}),
        ({"has_password": True}, {("trunk.half_credentials", False)}),
        ({"allowed_addresses": (" 1.2.3.4",)}, {("trunk.no_entry_left", False), ("trunk.dropped_entries", False)}),
        ({"allowed_addresses": ("1.2.3.4;x", *CLOSED)}, {("trunk.dropped_entries", False)}),
        ({"allowed_addresses": ("sip:1.2.3.4", *CLOSED)}, {("trunk.host_names", False)}),
        ({"allowed_addresses": ("sip://1.2.3.4", *CLOSED)}, {("trunk.dropped_entries", False)}),
        ({"allowed_addresses": ("192.0.2.0/255.255.255.0", *CLOSED)}, {("trunk.dropped_entries", False)}),
        ({"allowed_addresses": ("192.0.2.0/33",)}, {("trunk.dropped_entries", False)}),
        ({"allowed_addresses": ("sip.example.com",)}, {("trunk.host_names", False)}),
        ({"numbers": (), "allowed_addresses": ("sip.example.com",)}, {
            ("trunk.any_number", False), ("trunk.host_names", True),
        }),
        ({"allowed_addresses": ("[2001:db8::1]",)}, {("trunk.host_names", False)}),
        ({"allowed_addresses": ("198.51.100.7",)}, {("trunk.bare_addresses", False)}),
        ({"allowed_addresses": ("2001:db8::1",)}, {("trunk.bare_addresses", False)}),
        ({"allowed_addresses": ("0.0.0.0/0",)}, {("trunk.wide_network", False)}),
        ({"numbers": (), "allowed_addresses": ("::/0",)}, {("trunk.any_number", False), ("trunk.wide_network", True)}),
        ({"allowed_addresses": ("10.0.0.0/12",)}, {("trunk.wide_network", False)}),
        ({"allowed_addresses": ("10.0.0.0/16", "2001:db8::/48")}, set()),
        ({"allowed_numbers": (NUMBER,), "allowed_addresses": ()}, {("trunk.any_caller", False)}),
    ],
)  # fmt: skip
def test_a_foreign_trunk(fields: dict[str, Any], found: set[tuple[str, bool]]) -> None:
    assert codes(trunk(**fields)) == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, {("rule.any_trunk", True)}),
        ({"kind": "direct"}, {("rule.any_trunk", True)}),
        ({"kind": "callee"}, {("rule.any_trunk", True)}),
        ({"pin": "1234"}, {("rule.any_trunk", False)}),
        ({"numbers": (NUMBER,)}, {("rule.any_trunk", True)}),
        ({"numbers": (ANOTHER,)}, {("rule.any_trunk", False)}),
        ({"inbound_numbers": (ANOTHER,)}, {("rule.any_trunk", True)}),
        ({"trunk_ids": ("ST_gone",)}, {("rule.trunk_gone", False)}),
        ({"trunk_ids": ("",)}, {("rule.trunk_gone", False)}),
        ({"trunk_ids": ("ST_gone", "ST_ours"), "pin": "1"}, {("rule.trunk_gone", False), ("rule.on_our_trunk", True)}),
        ({"trunk_ids": ("ST_ours",)}, {("rule.conflict", True), ("rule.on_our_trunk", False)}),
        ({"trunk_ids": ("ST_ours",), "kind": "direct"}, {("rule.conflict", True), ("rule.on_our_trunk", True)}),
        ({"trunk_ids": ("ST_ours",), "kind": "callee"}, {("rule.conflict", True), ("rule.on_our_trunk", False)}),
        ({"trunk_ids": ("ST_ours",), "numbers": (NUMBER,)}, {("rule.on_our_trunk", True)}),
        ({"trunk_ids": ("ST_ours",), "inbound_numbers": (ANOTHER,)}, {("rule.on_our_trunk", True)}),
        ({"trunk_ids": ("ST_ours",), "pin": "1"}, {("rule.on_our_trunk", True)}),
        ({"trunk_ids": ("ST_gone", "ST_gone")}, {("rule.trunk_gone", False), ("rule.conflict", True)}),
        ({"kind": ""}, {("rule.unknown_kind", True)}),
        ({"attributes": frozenset({"voxa.trunk"})}, {("rule.any_trunk", True), ("rule.our_attributes", False)}),
    ],
)
def test_a_foreign_rule(fields: dict[str, Any], found: set[tuple[str, bool]]) -> None:
    assert codes(rule(**fields)) == found


def test_two_trunks_without_numbers_and_two_rules_without_trunks() -> None:
    found = {finding.code for finding in find(trunk(numbers=()), Entrance(id="Y", allowed_addresses=CLOSED))}
    assert found == {"trunk.any_number", "trunk.any_number_twice"}
    assert {finding.code for finding in find(rule(), Rule(id="Y"))} == {"rule.any_trunk", "rule.conflict"}


@pytest.mark.parametrize(
    ("edited", "code"),
    [
        ({"numbers": ()}, "trunk.any_number"),
        ({"allowed_addresses": ()}, "trunk.any_caller"),
        ({"allowed_addresses": ("not an ip",)}, "trunk.no_entry_left"),
        ({"allowed_addresses": ("0.0.0.0/0",)}, "trunk.wide_network"),
        ({"allowed_addresses": ("sip.example.com",)}, "trunk.host_names"),
    ],
)
def test_a_trunk_of_ours_that_somebody_edited(edited: dict[str, Any], code: str) -> None:
    values = {"numbers": (NUMBER,), "allowed_addresses": ("192.0.2.10/32",), **edited}
    finding = next(one for one in find(Entrance(id="ST_ours", metadata=OURS.metadata, **values)) if one.code == code)
    assert (finding.row_id, finding.ours, finding.grave) == (ROW, True, True)
    assert "reconcile_livekit" in finding.remedy


def test_a_rule_of_ours_whose_trunk_somebody_cleared() -> None:
    [finding] = find(Rule(id="SDR_ours", metadata=OUR_RULE.metadata, room="call-"))
    assert (finding.code, finding.grave, finding.row_id) == ("rule.any_trunk", True, ROW)


def test_each_says_its_id_its_harm_and_a_remedy() -> None:
    [finding] = find(rule(name="Everything"))
    assert finding.what.startswith(
        "Dispatch rule X (“Everything”), not made by this Voxa, names no trunk: it takes calls"
    )
    assert "delete it there" in finding.remedy
    found = next(one for one in find(trunk(numbers=(NUMBER,))) if one.code == "trunk.takes_number")
    assert (
        found.what == f"Inbound trunk X, not made by this Voxa, takes numbers that stand in Voxa. It concerns {NUMBER}."
    )
    assert found.rows == frozenset({ROW})


def test_another_voxas_objects_are_foreign() -> None:
    mark = str(OwnershipTag(uuid4(), ObjectKind.RULE, UUID(int=1)))
    [finding] = find(rule(metadata=mark))
    assert (finding.code, finding.ours) == ("rule.any_trunk", False)


def test_what_is_stored_is_read_back() -> None:
    for finding in find(rule(name="n"), trunk(numbers=(NUMBER,), allowed_addresses=("a;b", "0.0.0.0/0"))):
        assert LintFinding.read(finding.as_json()) == finding
