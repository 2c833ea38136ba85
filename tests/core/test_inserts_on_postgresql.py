"""The INSERT whose SQL is made once is the one that Django makes."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.backends.postgresql.compiler import SQLInsertCompiler as DjangosCompiler
from django.db.models import Model, Value
from django.db.models.functions import Upper
from django.db.models.sql import InsertQuery
from django.utils.translation import gettext_lazy

from accounts.models import ApiKey, Workspace
from calls.choices import CallStatus
from calls.models import Call, Event
from telephony.choices import Transport, TrunkStatus
from telephony.models import Agent, Gateway, PhoneNumber, Trunk

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
LAZY: Any = gettext_lazy("Acme")
NONE: Any = None
ROWS: list[Model] = [
    Workspace(name=LAZY),
    ApiKey(workspace_id=uuid4(), name="key", scopes=["admin"], expires_at=NOW),
    Trunk(
        workspace_id=uuid4(), name="Out", status=TrunkStatus.ACTIVE, calls_per_second=Decimal("1.50"), country=" de "
    ),
    Trunk(workspace_id=str(uuid4()), name=Upper(Value("out")), headers={"X-A": "b"}),
    Trunk.history.model(id=uuid4(), workspace_id=uuid4(), name="Out", history_date=NOW, history_type="+"),
    Gateway(trunk_id=uuid4(), ip_or_domain="198.51.100.7", protocol=Transport.TLS, netmask="24"),
    PhoneNumber(workspace_id=uuid4(), trunk_id=uuid4(), number="+12025550100", agent=None),
    Agent(workspace_id=uuid4(), name="Agent", tools=[{"name": "x"}], silence_seconds=NONE),
    Call(workspace_id=uuid4(), project_id=uuid4(), to_number="+12025550100", status=CallStatus.QUEUED, queued_at=NOW),
    Event(workspace_id=uuid4(), call_id=uuid4(), type="call.queued", data={"reason": ""}, at=NOW),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: type(row).__name__)
def test_it_is_djangos(row: Any, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    fields = row._meta.local_concrete_fields
    for returned in ([], [row._meta.pk]):
        query = InsertQuery(type(row))
        query.insert_values(fields, [row])
        ours = query.get_compiler(connection=connection)
        djangos = DjangosCompiler(query, connection, None)
        ours.returning_fields = djangos.returning_fields = returned
        for _ in range(2):  # made, and known
            assert _shown(ours.as_sql()) == _shown(djangos.as_sql())


def _shown(statements: list[tuple[str, tuple[Any, ...]]]) -> list[Any]:
    with connection.cursor() as cursor:
        return [(sql, [cursor.mogrify("%s", [param]) for param in params]) for sql, params in statements]
