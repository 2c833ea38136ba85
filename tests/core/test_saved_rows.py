"""The UPDATE whose SQL is made once is the one that Django makes."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import F, Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Workspace
from telephony.models import Trunk

pytestmark = pytest.mark.django_db
VALUES: list[dict[str, Any]] = [
    {"name": "100 % of 'Acme'", "headers": {"X-A": "%s"}, "synced_at": timezone.now()},
    {"lease_token": uuid4(), "leased_until": None, "calls_per_second": Decimal("1.50"), "country": "DE"},
    {"auth_password": None, "warnings": [], "generation": 2},
    {"generation": F("generation") + 1, "sync_failures": F("generation")},
]


@pytest.mark.parametrize("values", VALUES)
def test_it_is_djangos(acme: Workspace, values: dict[str, Any]) -> None:
    trunk = Trunk.objects.create(workspace=acme, name="Out")
    trunk.refresh_from_db()  # nothing is held any more
    assert _sent(trunk, values, Trunk) == _sent(trunk, values, Model)


def test_a_row_that_is_gone_is_not_updated(acme: Workspace) -> None:
    trunk = Trunk(pk=uuid4(), workspace=acme)
    given = [(Trunk._meta.get_field("name"), None, "Out")]
    assert not trunk._do_update(Trunk._base_manager.using("default"), "default", trunk.pk, given, ["name"], True)


def _sent(trunk: Trunk, values: dict[str, Any], saves: Any) -> str:
    given = [(Trunk._meta.get_field(name), None, value) for name, value in values.items()]
    with CaptureQueriesContext(
        connection,
    ) as sent:
        assert saves._do_update(
            trunk, Trunk._base_manager.using("default"), "default", trunk.pk, given, [*values], True
        )
    return sent[0]["sql"]
