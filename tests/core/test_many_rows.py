"""Rows inserted by one JSON text are those that `bulk_create` would insert, and those changed so have their values."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DataError, connection

from accounts.models import Workspace
from telephony.models import LiveKitObject, LiveKitProject, SyncRun
from voxa.core.many_rows import insert_rows, insert_without_keys, update_rows

pytestmark = pytest.mark.django_db
STARTED = datetime(2026, 3, 2, 15, 4, 5, 678901, tzinfo=UTC)
TEXTS = ["", "plain", "two\nlines, \"quotes\", 'others' and \\", "Ünï©ödé 📞", "%s {} $1 \\u0041"]


def rows_of_texts() -> list[SyncRun]:
    return [
        SyncRun(
            trunk_id=uuid4(),
            started_at=STARTED,
            finished_at=STARTED + timedelta(seconds=place),
            generation=2**40 + place,
            outcome="active",
            error=text,
            calls=place,
        )
        for place, text in enumerate(TEXTS)
    ]


@pytest.mark.parametrize(("insert", "more"), [(insert_rows, ["pk"]), (insert_without_keys, [])])
def test_values_and_keys_are_those_of_the_rows_in_their_order(
    insert: Callable[[list[SyncRun]], None], more: list[str]
) -> None:
    rows = rows_of_texts()
    insert(rows)
    fields = (*more, "trunk_id", "started_at", "finished_at", "generation", "outcome", "error", "calls")
    stored = list(SyncRun.objects.order_by("pk").values_list(*fields))
    assert stored == [tuple(getattr(row, name) for name in fields) for row in rows]
    assert not any(row._state.adding for row in rows)


@pytest.mark.postgres
def test_rows_without_keys_go_with_the_next_statement(sent: list[str]) -> None:
    insert_without_keys(rows_of_texts())
    assert sent == []
    assert SyncRun.objects.count() == len(TEXTS)
    assert len(sent) == 1


def test_what_a_row_leaves_open_is_its_default(acme: Workspace) -> None:
    row = LiveKitObject(project=LiveKitProject.default(), workspace=acme, kind="inbound", source_id=uuid4())
    insert_rows([row])
    stored = LiveKitObject.objects.get(pk=row.pk)
    assert (stored.trunk_id, stored.livekit_id, stored.leased_until) == (None, "", None)
    assert stored.created_at == row.created_at


def test_no_rows_need_no_statement() -> None:
    insert_rows([])
    insert_without_keys([])
    assert not SyncRun.objects.exists()


def test_each_changed_row_has_its_own_values_and_the_later_of_two() -> None:
    rows = [
        SyncRun(trunk_id=uuid4(), started_at=STARTED, finished_at=STARTED, outcome="active", generation=1, calls=0)
        for _ in TEXTS
    ]
    insert_rows(rows)
    changes: list[tuple[int, dict[str, object]]] = [
        (row.pk, {"error": text, "finished_at": STARTED + timedelta(seconds=place)})
        for place, (row, text) in enumerate(zip(rows, TEXTS, strict=True))
    ]
    update_rows(
        SyncRun, [*changes, (rows[0].pk, {"finished_at": STARTED - timedelta(days=1)}), (rows[1].pk, {"calls": 7})]
    )
    stored = SyncRun.objects.order_by("pk").values_list("error", "finished_at", "calls", "outcome")
    assert list(stored) == [
        (text, STARTED + (timedelta(seconds=place) if place else timedelta(days=-1)), 7 * (place == 1), "active")
        for place, text in enumerate(TEXTS)
    ]


def test_a_value_is_removed_and_a_text_too_long_is_not_cut(acme: Workspace) -> None:
    row = LiveKitObject(project=LiveKitProject.default(), workspace=acme, kind="inbound", source_id=uuid4())
    row.leased_until = STARTED
    insert_rows([row])
    update_rows(LiveKitObject, [(row.pk, {"leased_until": None, "livekit_id": "ST_1"})])
    stored = LiveKitObject.objects.get(pk=row.pk)
    assert (stored.leased_until, stored.livekit_id) == (None, "ST_1")
    if connection.vendor == "postgresql":
        with pytest.raises(DataError):
            update_rows(LiveKitObject, [(row.pk, {"livekit_id": "S" * 1000})])
