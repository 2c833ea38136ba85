"""Match an inbound call as LiveKit would, against all objects it holds, ours and foreign."""

from dataclasses import dataclass, replace
from ipaddress import ip_address
from uuid import UUID

from telephony.livekit import LiveKitError, client_for, trunks
from telephony.livekit.entrances import Entrance, Rule
from telephony.livekit.matching import Answer, Invite, Match, match, network_of, takes_number
from telephony.models import Installation, LiveKitProject
from telephony.sync.lint import Snapshot

PATIENCE = 3.0  # seconds per list request
NOWHERE = "192.0.2.1"  # documentation address, RFC 5737
RINGS = "The caller hears endless ringing, not a busy tone."


@dataclass(frozen=True)
class Seen:
    """LiveKit's decision. `source` is the assumed source address; `error` is why LiveKit was not queried."""

    source: str = ""
    error: str = ""
    met: Match | None = None
    trunk_row: UUID | None = None  # ID of the trunk or endpoint that receives the call; None if foreign
    rule_row: UUID | None = None

    @property
    def is_foreign(self) -> bool:
        """Return whether objects not created by Voxa receive the call."""
        return bool(self.met and self.met.rule and self.rule_row is None)


def ask_livekit(project: LiveKitProject, to: str, caller: str, source: str) -> Seen:
    """Match a call against LiveKit's current objects. Without a source, use one that the number's trunk allows."""
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
    snapshot = Snapshot(entrances, rules, Installation.current())
    return Seen(
        source,
        "",
        met,
        snapshot.row_of(met.trunk) if met.trunk else None,
        snapshot.row_of(met.rule) if met.rule else None,
    )


def _allowed(entrances: tuple[Entrance, ...], to: str) -> str:
    """Return an address that the number's trunk allows; any address if it has no restriction."""
    for trunk in entrances:
        if trunk.numbers and takes_number(trunk, to):
            for entry in trunk.allowed_addresses:
                if (network := network_of(entry)) is not None:
                    return str(network.network_address)
    return NOWHERE


def describe(seen: Seen) -> str:
    """Return a note on a call that foreign objects receive: which ones, and the consequence."""
    if seen.met is None or seen.met.rule is None:
        return ""
    rule, trunk = seen.met.rule, seen.met.trunk
    through = f" through inbound trunk {trunk.id} (“{trunk.name}”)" if trunk and seen.trunk_row is None else ""
    agents = ", ".join(filter(None, rule.agents))
    who = f"It dispatches {agents}." if agents else "It dispatches no agent."
    asks = " It asks the caller for a PIN." if seen.met.answer is Answer.PIN else ""
    return (
        f"Dispatch rule {rule.id} (“{rule.name}”), not created by Voxa, receives this call{through}. "
        f"No agent of the workspace answers it. {who}{asks}"
    )
