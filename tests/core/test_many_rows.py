"""Rows inserted by one JSON text are those that `bulk_create` would insert."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from accounts.models import Workspace
from telephony.models import LiveKitObject, LiveKitProject, SyncRun
from voxa.core.many_rows import insert_rows

pytestmark = pytest.mark.django_db
STARTED = datetime(2026, 3, 2, 15, 4, 5, 678901, tzinfo=UTC)
TEXTS = ["", "plain", "two\nlines, \"quotes\", 'others' and \\", "Ünï©ödé 📞", "%s {} $1 \\u0041"]


def test_values_and_keys_are_those_of_the_rows_in_their_order() -> None:
    rows = [
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
    insert_rows(rows)
    fields = ("pk", "trunk_id", "started_at", "finished_at", "generation", "outcome", "error", "calls")
    stored = list(SyncRun.objects.order_by("pk").values_list(*fields))
    assert stored == [tuple(getattr(row, name) for name in fields) for row in rows]
    assert not any(row._state.adding for row in rows)


def test_what_a_row_leaves_open_is_its_default(acme: Workspace) -> None:
    row = LiveKitObject(project=LiveKitProject.default(), workspace=acme, kind="inbound", source_id=uuid4())
    insert_rows([row])
    stored = LiveKitObject.objects.get(pk=row.pk)
    assert (stored.trunk_id, stored.livekit_id, stored.leased_until) == (None, "", None)
    assert stored.created_at == row.created_at


def test_no_rows_need_no_statement() -> None:
    insert_rows([])
    assert not SyncRun.objects.exists()
