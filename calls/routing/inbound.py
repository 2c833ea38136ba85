"""What LiveKit itself would do with a call that comes in, asked of what it holds: ours and foreign objects alike."""

from dataclasses import dataclass, replace
from ipaddress import ip_address
from uuid import UUID

from telephony.livekit import LiveKitError, client_for, trunks
from telephony.livekit.entrances import Entrance, Rule
from telephony.livekit.matching import Answer, Invite, Match, match, network_of, takes_number
from telephony.models import Installation, LiveKitProject
from telephony.sync.lint import Standing

PATIENCE = 3.0  # seconds that each list may take
NOWHERE = "192.0.2.1"  # an address of nobody's, RFC 5737
RINGS = "The caller hears ringing without end, not busy."


@dataclass(frozen=True)
class Seen:
    """What LiveKit would do. `source` is where the call is taken to come from; `error` is why it was not asked."""

    source: str = ""
    error: str = ""
    met: Match | None = None
    trunk_row: UUID | None = None  # whose trunk or endpoint takes the call; None for a foreign one
    rule_row: UUID | None = None

    @property
    def is_foreign(self) -> bool:
        """Whether objects that Voxa did not make take the call."""
        return bool(self.met and self.met.rule and self.rule_row is None)


def ask_livekit(project: LiveKitProject, to: str, caller: str, source: str) -> Seen:
    """Match a call as LiveKit matches it, on what it lists now. Without a source the number's trunk allows it."""
    try:
        client = client_for(project)
        inbound = client.run(replace(trunks.list_inbound(), deadline=PATIENCE))
        stored = client.run(replace(trunks.list_rules(), deadline=PATIENCE))
    except LiveKitError as error:
        return Seen(source, str(error))
    entrances = tuple(one.seen for one in inbound if isinstance(one.seen, Entrance))
    rules = tuple(one.seen for one in stored if isinstance(one.seen, Rule))
    source = source or _allowed(entrances, to)
    met = match(Invite(caller, to, ip_address(source), source), entrances, rules)
    standing = Standing(entrances, rules, Installation.current())
    return Seen(
        source,
        "",
        met,
        standing.row_of(met.trunk) if met.trunk else None,
        standing.row_of(met.rule) if met.rule else None,
    )


def _allowed(entrances: tuple[Entrance, ...], to: str) -> str:
    """Return an address that the trunk of this number allows; any will do where it names none."""
    for trunk in entrances:
        if trunk.numbers and takes_number(trunk, to):
            for entry in trunk.allowed_addresses:
                if (network := network_of(entry)) is not None:
                    return str(network.network_address)
    return NOWHERE


def describe(seen: Seen) -> str:
    """Return a note for a call that foreign objects take: which, and what that means."""
    if seen.met is None or seen.met.rule is None:
        return ""
    rule, trunk = seen.met.rule, seen.met.trunk
    through = f" through inbound trunk {trunk.id} (“{trunk.name}”)" if trunk and seen.trunk_row is None else ""
    agents = ", ".join(filter(None, rule.agents))
    who = f"It dispatches {agents}." if agents else "It names no agent."
    asks = " The caller is asked for a PIN." if seen.met.answer is Answer.PIN else ""
    return (
        f"Dispatch rule {rule.id} (“{rule.name}”), which Voxa did not make, takes this call{through}: "
        f"no agent of the workspace is set for it. {who}{asks}"
    )
