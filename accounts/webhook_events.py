"""Event types of outgoing webhooks: each app declares its own in its `webhook_events`."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class EventType:
    """An event type: name, title, description and example data."""

    name: str
    title: str
    meaning: str
    example: dict[str, Any]


TEST = EventType("webhook.test", "Test event", "Sent on request to test an endpoint.", {"message": "It works."})
EVENT_TYPES: dict[str, EventType] = {}  # complete once the apps are ready


def register(*events: EventType) -> None:
    """Add event types, ordered by subject (`call`, `trunk`), whatever the order in which apps load."""
    found = EVENT_TYPES | {event.name: event for event in events}
    EVENT_TYPES.clear()
    EVENT_TYPES.update(sorted(found.items(), key=lambda item: item[0].partition(".")[0]))
