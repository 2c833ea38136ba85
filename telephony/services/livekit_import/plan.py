"""Plan an import of LiveKit objects. Pure: listed objects in, plan out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from agents.names import AGENT_NAME
from telephony.choices import MediaEncryption, ObjectKind
from telephony.livekit import InboundTrunkSpec, OutboundTrunkSpec
from telephony.services.gateways import MAX_GATEWAYS
from telephony.services.livekit_import import checks
from telephony.services.livekit_import.checks import CannotSay, Inbound, Outbound, Rule
from telephony.sync.ownership import read_tag
from telephony.sync.plan import ROOM_PREFIX

NAME_LENGTH = 100
# What LiveKit's trunks of either direction hold and our rows say once; the rest is checked or merged below.
READ_BELOW = {"name", "metadata", "numbers", "auth_username", "auth_password", "media_encryption"}
BOTH_WAYS = sorted(
    {one.name for one in fields(InboundTrunkSpec)} & {one.name for one in fields(OutboundTrunkSpec)} - READ_BELOW
)


@dataclass(frozen=True)
class Found:
    """The objects of a LiveKit project."""

    inbound: list[Inbound]
    outbound: list[Outbound]
    rules: list[Rule]


@dataclass(frozen=True)
class LeftAlone:
    """An object that is not adopted, and the reason."""

    kind: ObjectKind
    id: str
    name: str
    reason: str


@dataclass
class Adoption:
    """A planned trunk: the values of its rows, and the objects that it adopts.

    `outbound_ids` match `gateways` by position, None for inbound-only gateways. `changes` are what the next
    sync changes in LiveKit besides the ownership tag.
    """

    name: str
    numbers: tuple[str, ...]
    media_encryption: MediaEncryption
    both_ways: dict[str, Any]  # the values of BOTH_WAYS
    gateways: list[dict[str, Any]] = field(default_factory=list)
    outbound_ids: list[str | None] = field(default_factory=list)
    inbound_id: str = ""
    rule_id: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    from_host: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)

    @property
    def livekit_ids(self) -> list[str]:
        """Return the ids of all objects that it adopts."""
        return [found for found in (self.inbound_id, self.rule_id, *self.outbound_ids) if found]

    @property
    def dials(self) -> bool:
        """Return whether it has an outbound trunk."""
        return any(self.outbound_ids)


@dataclass
class ImportPlan:
    """What is adopted, what is not, and how many objects Voxa already manages."""

    adoptions: list[Adoption] = field(default_factory=list)
    left: list[LeftAlone] = field(default_factory=list)
    managed: int = 0


def plan_import(
    found: Found, *, ours: Collection[str], taken: Collection[str], country: str | None = None
) -> ImportPlan:
    """Plan an import. `ours` are ids that rows have, `taken` numbers that rows have; `country` parses
    national formats.
    """
    plan = ImportPlan()

    def strangers(stored: Iterable[Any]) -> list[Any]:
        free = [one for one in stored if one.id not in ours and read_tag(one.spec.metadata) is None]
        return sorted(free, key=lambda one: one.id)

    inbound, outbound, rules = strangers(found.inbound), strangers(found.outbound), strangers(found.rules)
    every = len(found.inbound) + len(found.outbound) + len(found.rules)
    plan.managed = every - len(inbound) - len(outbound) - len(rules)
    for trunk in inbound:
        try:
            plan.adoptions.append(_inbound(trunk, found.rules, taken, country))
        except CannotSay as refusal:
            plan.left.append(LeftAlone(ObjectKind.INBOUND, trunk.id, trunk.spec.name, str(refusal)))
    for trunk in outbound:
        try:
            _outbound(trunk, plan, taken, country)
        except CannotSay as refusal:
            plan.left.append(LeftAlone(ObjectKind.OUTBOUND, trunk.id, trunk.spec.name, str(refusal)))
    adopted = {adoption.rule_id for adoption in plan.adoptions}
    for rule in rules:
        if rule.id not in adopted:
            plan.left.append(LeftAlone(ObjectKind.RULE, rule.id, rule.spec.name, _why_rule_stays(rule)))
    return plan


def _inbound(trunk: Inbound, rules: Iterable[Rule], taken: Collection[str], country: str | None) -> Adoption:
    numbers = checks.inbound_numbers(trunk, country)
    _refuse_taken(numbers, taken)
    entrances = checks.networks(trunk)
    if len(entrances) > MAX_GATEWAYS:
        raise CannotSay(f"It allows {len(entrances)} addresses; a trunk has at most {MAX_GATEWAYS} gateways.")
    adoption = Adoption(_name(trunk), numbers, trunk.spec.media_encryption, _both_ways(trunk), inbound_id=trunk.id)
    adoption.changes += _respelled(trunk.spec.numbers, numbers)
    rule = _rule_of(trunk, rules)
    if rule is None:
        adoption.changes.append(f"A dispatch rule is added: each call gets a room {ROOM_PREFIX}… with {AGENT_NAME}.")
    else:
        adoption.rule_id = rule.id
        if rule.spec.room_prefix != ROOM_PREFIX:
            adoption.changes.append(f"Rooms of its calls are named {ROOM_PREFIX}… instead of {rule.spec.room_prefix}….")
        if rule.spec.agent_name != AGENT_NAME:
            adoption.changes.append(f"{AGENT_NAME} answers its calls instead of {rule.spec.agent_name or 'nobody'}.")
    for host, netmask in entrances:
        adoption.gateways.append({"ip_or_domain": host, "netmask": netmask, "inbound": True, "outbound": False})
        adoption.outbound_ids.append(None)
    return adoption


def _respelled(stored: Iterable[str], numbers: Collection[str]) -> list[str]:
    """Report numbers that LiveKit has with other digits: it will no longer match these."""
    changed = sorted(number for number in stored if f"+{number.removeprefix('+')}" not in numbers)
    return (
        [f"The numbers {', '.join(changed)} are changed to E.164. The carrier must send them in this format."]
        if changed
        else []
    )


def _rule_of(trunk: Inbound, rules: Iterable[Rule]) -> Rule | None:
    """Return the dispatch rule of a trunk. Shared rules are not supported."""
    all_rules = list(rules)
    if wild := [rule.id for rule in all_rules if not rule.spec.trunk_ids]:
        raise CannotSay(f"The rule {wild[0]} has no trunk, so it matches this trunk's calls too.")
    own = [rule for rule in all_rules if trunk.id in rule.spec.trunk_ids]
    if len(own) > 1:
        raise CannotSay(f"Several rules match it: {', '.join(rule.id for rule in own)}.")
    for rule in own:
        if len(rule.spec.trunk_ids) > 1:
            raise CannotSay(f"Its rule {rule.id} matches other trunks too.")
        try:
            checks.check_rule(rule)
        except CannotSay as refusal:
            raise CannotSay(f"Its rule {rule.id} cannot be adopted: {refusal}") from None
    return own[0] if own else None


def _outbound(trunk: Outbound, plan: ImportPlan, taken: Collection[str], country: str | None) -> None:
    """Add an outbound trunk to the adoption with the same numbers, or as a new one."""
    numbers, (host, port, transport) = checks.outbound_numbers(trunk, country), checks.address(trunk)
    _refuse_taken(numbers, taken)
    same = next((one for one in plan.adoptions if numbers and set(one.numbers) == set(numbers)), None)
    if same is None:
        for other in plan.adoptions:
            if shared := sorted(set(other.numbers) & set(numbers)):
                raise CannotSay(f"It shares {', '.join(shared)} with {other.name}; a number can be on one trunk only.")
        same = Adoption(_name(trunk), numbers, trunk.spec.media_encryption, _both_ways(trunk))
        plan.adoptions.append(same)
    else:
        _refuse_unlike(trunk.spec, same)
    spec = trunk.spec
    same.headers = spec.headers
    same.username, same.password, same.from_host = spec.auth_username, spec.auth_password, spec.from_host
    if spec.transport is None:
        same.changes.append(f"{trunk.id} dials over UDP. Until now LiveKit chose the transport.")
    gateway = {"ip_or_domain": host, "port": port, "protocol": transport, "inbound": False, "outbound": True}
    same.gateways.append(gateway)
    same.outbound_ids.append(trunk.id)


def _refuse_unlike(spec: OutboundTrunkSpec, adoption: Adoption) -> None:
    if len(adoption.gateways) >= MAX_GATEWAYS:
        raise CannotSay(f"{adoption.name}, which has the same numbers, already has {MAX_GATEWAYS} gateways.")
    if spec.media_encryption != adoption.media_encryption:
        raise CannotSay(f"{adoption.name}, which has the same numbers, has different media encryption.")
    given = (spec.auth_username, spec.auth_password, spec.from_host, spec.headers)
    if adoption.dials and given != (adoption.username, adoption.password, adoption.from_host, adoption.headers):
        raise CannotSay(f"{adoption.name}, which has the same numbers, has different credentials or headers.")
    if any(getattr(spec, name) != value for name, value in adoption.both_ways.items()):
        raise CannotSay(f"{adoption.name}, which has the same numbers, has different codecs or header mappings.")


def _both_ways(trunk: Inbound | Outbound) -> dict[str, Any]:
    """Return the values that inbound and outbound trunks share."""
    return {name: getattr(trunk.spec, name) for name in BOTH_WAYS}


def _refuse_taken(numbers: Iterable[str], taken: Collection[str]) -> None:
    if held := sorted(set(numbers) & set(taken)):
        raise CannotSay(f"{', '.join(held)}: already on a Voxa trunk in this LiveKit project.")


def _why_rule_stays(rule: Rule) -> str:
    if not rule.spec.trunk_ids:
        return "It has no trunk, so it matches all calls. Set its trunk in LiveKit first."
    return f"Its trunk {', '.join(rule.spec.trunk_ids)} is not adopted."


def _name(trunk: Inbound | Outbound) -> str:
    return (trunk.spec.name.strip() or trunk.id)[:NAME_LENGTH]
