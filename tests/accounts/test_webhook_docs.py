"""docs/webhooks.md says what the code does."""

import json
import re
from pathlib import Path

from accounts.webhook_events import EVENT_TYPES, TEST
from accounts.webhook_schedule import DELAYS, DISABLE_AFTER

TEXT = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text("utf-8")


def test_every_event_type_is_documented_with_its_meaning_and_example() -> None:
    told = re.findall(r"^### `(.+?)`\n\n(.+?)\n\n```json\n(.+?)\n```", TEXT, re.S | re.M)
    expected = [(event.name, event.meaning, event.example) for event in [*EVENT_TYPES.values(), TEST]]
    assert [(name, meaning, json.loads(body)["data"]) for name, meaning, body in told] == expected
    assert [json.loads(body)["type"] for _, _, body in told] == [name for name, _, _ in told]


def test_the_documented_schedule_is_the_one_in_use() -> None:
    units = {"second": 1, "minute": 60, "hour": 3600}
    waits = re.findall(r"^\| \d+ \| (?:at once|(\d+) (second|minute|hour)s)", TEXT, re.M)
    assert [int(n or 0) * units.get(unit, 0) for n, unit in waits] == [delay.total_seconds() for delay in DELAYS]
    assert f"failed for {DISABLE_AFTER.days} days" in TEXT
