"""Times from PostgreSQL, which are read without Django's own conversion."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import Workspace

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.mark.postgres
def test_times_are_in_utc_whichever_cursor_reads_them(acme: Workspace) -> None:
    rows = Workspace.objects.filter(pk=acme.pk)
    rows.update(created_at=AT)
    found = [rows.values_list("created_at", flat=True).get(), *rows.values_list("created_at", flat=True).iterator()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT created_at FROM accounts_workspace WHERE id = %s", [acme.pk])
        found += cursor.fetchone()
    for at in found:
        assert (at, at.utcoffset(), at.isoformat()) == (AT, timedelta(0), "2026-03-01T12:30:15.123456+00:00")
