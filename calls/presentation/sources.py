"""Which knowledge an agent's turns are based on."""

from collections.abc import Iterable
from typing import Any

from calls.choices import Speaker
from calls.models import TranscriptItem


def with_sources(items: Iterable[TranscriptItem], searches: Iterable[Any]) -> list[TranscriptItem]:
    """Return the turns, the agent's first one after each search with the search's sources. Both are in order."""
    turns, waiting = list(items), [event for event in searches if event.data.get("sources")]
    for turn in turns:
        if turn.speaker == Speaker.AGENT:
            before = [event for event in waiting if event.at < turn.ended_at]
            waiting = waiting[len(before) :]
            turn.sources = list(dict.fromkeys(name for event in before for name in event.data["sources"]))
    return turns
