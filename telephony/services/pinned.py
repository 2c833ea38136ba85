"""Numbers pinned to a revision of their agent: that configuration answers, whatever is saved later."""

from collections.abc import Collection, Mapping
from copy import copy
from typing import Any

from telephony.models import Agent, PhoneNumber
from telephony.services.agent_keys import SPEECH, check_keys
from telephony.services.agent_revisions import RECORDED, revision
from telephony.services.agents import needs_key_again
from telephony.services.errors import Problems

PRESENT = ("active",)  # of the agent as it is now: an agent that is turned off answers nowhere
NO_KEY = (
    "Revision {} uses another AI provider or URL than the agent's API key belongs to. Choose another revision, or "
    "restore this one and enter its key."
)


def match_pin(row: PhoneNumber, changed: Collection[str], data: Mapping[str, Any], problems: Problems) -> list[str]:
    """Unpin a number whose agent changes, unless a revision is named too; return what changed more."""
    if "agent" in changed and data.get("agent_revision") is None:
        unpinned, row.agent_revision = row.agent_revision is not None, None
        return ["agent_revision"] if unpinned else []
    number = row.agent_revision
    if number is None or not {"agent", "agent_revision"} & set(changed):
        return []
    found = revision(row.agent, number) if row.agent else None
    if row.agent is None:
        problems.add("agent_revision", "Choose the agent of the revision.", "required")
    elif found is None or row.agent.workspace_id != row.workspace_id:
        problems.add("agent_revision", f"The agent has no revision {number}.", "not_found")
    elif _as_in(row.agent, found)[1]:
        problems.add("agent_revision", NO_KEY.format(number), "key")
    return []


def as_pinned(agent: Agent, number: int | None) -> Agent:
    """Return a copy of an agent as in a revision, with its own keys; it must not be saved. Without a number: itself."""
    found = revision(agent, number) if number else None
    return _as_in(agent, found)[0] if found is not None else agent


def _as_in(agent: Agent, row: Any) -> tuple[Agent, bool]:
    """Return an agent as in a revision, and whether it lost a key that belongs to another provider or URL."""
    values = {name: getattr(row, name) for name in RECORDED if name not in PRESENT}
    pinned, lost = copy(agent), needs_key_again(agent, values)
    if lost:
        pinned.provider_key = None
    for name, value in values.items():
        setattr(pinned, name, value)
    check_keys(pinned, misplaced := Problems())
    for name in misplaced:
        setattr(pinned, name, None)
    keyless = any(getattr(pinned, provider) and not getattr(pinned, key) for key, provider in SPEECH.items())
    return pinned, lost or keyless or bool(misplaced)
