"""Each app declares its own webhook events; accounts only knows the registry."""

import re
from pathlib import Path

import calls.webhook_events
import telephony.webhook_events
from accounts.webhook_events import EVENT_TYPES, EventType, register

ROOT = Path(__file__).parents[2]


def test_accounts_names_no_event_of_another_app() -> None:
    texts = {path: path.read_text("utf-8") for path in (ROOT / "accounts").rglob("*.py")}
    assert not [path for path, text in texts.items() if re.search(r"[\"`](call|trunk)\.[a-z]+[\"`]", text)]


def test_every_app_with_events_declares_them_before_the_first_request() -> None:
    declared = [Path(calls.webhook_events.__file__), Path(telephony.webhook_events.__file__)]
    names = [name for path in declared for name in re.findall(r'EventType\(\s*"(.+?)"', path.read_text("utf-8"))]
    assert list(EVENT_TYPES) == names


def test_events_of_a_subject_stay_together_whatever_the_order_of_registration() -> None:
    before = dict(EVENT_TYPES)
    try:
        register(EventType("agent.status", "Agent", "", {}), EventType("call.late", "Late", "", {}))
        assert list(EVENT_TYPES) == ["agent.status", *list(before)[:-1], "call.late", "trunk.status"]
    finally:
        EVENT_TYPES.clear()
        EVENT_TYPES.update(before)
