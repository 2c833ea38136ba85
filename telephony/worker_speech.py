"""Packages for speech that no agent worker has. The calls app, which telephony does not import, registers a source."""

from collections.abc import Callable, Collection
from uuid import UUID

from agents.choices import KeyProvider
from telephony.models import Agent

Source = Callable[[UUID, Collection[str]], Collection[str]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Register the function that returns those of a workspace's providers whose package no worker has."""
    if source not in _sources:
        _sources.append(source)


def lacking(agent: Agent) -> list[str]:
    """Return the names of an agent's providers of speech whose package no worker has."""
    used = agent.speech_providers
    missing = {name for source in _sources for name in source(agent.workspace_id, used)} if used else set()
    return [str(KeyProvider(name).label) for name in sorted(missing)]
