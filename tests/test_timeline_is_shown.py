"""The timeline is written and shown: nothing is decided by it. Its event types stand in one table."""

import ast
import re
from typing import Any

import pytest

from calls.choices import AgentState, CallStatus, EventType, Reason, TransferStatus
from calls.models import Event
from tests.test_architecture import ROOT, imports, sources, tree

READERS = {
    "calls/models/__init__.py", "calls/selectors.py", "calls/presentation/payloads.py", "calls/admin/lines.py",
    "calls/admin/panel.py", "calls/services/erasure.py", "calls/services/timeline.py",
}  # fmt: skip
APPS = ("accounts", "agents", "telephony", "calls", "voxa")


def test_only_what_shows_writes_or_erases_the_timeline_reads_it() -> None:
    named = {str(path) for path in sources(*APPS) for parts in imports(path) if parts[:2] == ["calls", "models"]
             and parts[-1] == "Event"}  # fmt: skip
    through_calls = {
        str(path)
        for path in sources("calls", "voxa")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in ("events", "call_events")
        and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "selectors", "events", "doctor"))
    }  # fmt: skip
    assert (named | through_calls) - READERS == set()
    writer = (ROOT / "calls/services/timeline.py").read_text()
    assert set(re.findall(r"Event\.objects\.(\w+)", writer)) == {"bulk_create"}


def test_no_type_is_spelled_outside_the_table() -> None:
    spelled = [
        (str(path), node.value)
        for path in sources("calls")
        if str(path) != "calls/choices.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and node.value in set(EventType.values)
    ]
    assert spelled == []


@pytest.mark.parametrize("state", [*CallStatus, *list(TransferStatus)[2:], *list(AgentState)[1:]])
def test_each_state_has_its_event(state: Any) -> None:
    assert EventType.of(state).label


def test_words_of_choices_are_in_no_migration() -> None:
    written = (ROOT / "calls/migrations/0001_initial.py").read_text()
    words = [*Reason.labels, *EventType.labels, *CallStatus.labels]
    assert [label for label in words if label and repr(label) in written] == []
    assert Event._meta.get_field("type").choices
