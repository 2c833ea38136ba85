"""What a session asks of whatever speaks for an agent."""

from typing import Protocol

PATIENCE = 8.0  # seconds that a provider has for its first answer of any kind


class ProviderFailed(Exception):
    """The provider cannot be used; the message says why, without any secret."""


class Voice(Protocol):
    """Something that listens and speaks in a room, and tells the conversation what happens."""

    can_say: bool  # whether it can be told what to say

    async def start(self, phone: str) -> None:
        """Be ready to speak with this participant: connected to the provider, the track published.

        Raises ProviderFailed.
        """

    async def greet(self) -> None:
        """Say the first word: the phone hears now."""

    async def say(self, text: str) -> None:
        """Say these words and wait until they were heard; only where `can_say`."""

    async def hold(self) -> None:
        """Stop speaking and answering of its own accord."""

    async def stop(self) -> None:
        """Leave the conversation; what it holds is given back. May be called at any time, and twice."""
