"""Numbers of one workspace are added side by side, but never to a LiveKit project that it leaves."""

from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import Workspace
from telephony.models import PhoneNumber, TelephonySettings
from telephony.services.numbers import add_number
from telephony.services.settings import update_settings
from telephony.services.trunks import create_trunk

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
GATEWAYS = [{"ip_or_domain": "192.0.2.1"}]


@pytest.fixture
def second() -> Any:
    """A second connection, which does not wait for locks."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    yield other
    other.close()


def lock(second: Any, strength: str) -> None:
    with second.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM telephony_telephonysettings FOR {strength}")


def test_a_number_being_added_stops_a_change_of_project_and_no_other_number(acme: Workspace, second: Any) -> None:
    trunk = create_trunk(acme, {"name": "Out", "gateways": GATEWAYS})
    with transaction.atomic():
        add_number(trunk, "+12025550100")
        lock(second, "SHARE")
        with pytest.raises(OperationalError):
            lock(second, "NO KEY UPDATE")
    lock(second, "NO KEY UPDATE")
    assert PhoneNumber.objects.get().project == TelephonySettings.of(acme.pk).project


def test_settings_being_changed_stop_a_new_number(acme: Workspace, second: Any) -> None:
    TelephonySettings.of(acme.pk)
    with transaction.atomic():
        update_settings(acme, {"max_attempts": 5})
        with pytest.raises(OperationalError):
            lock(second, "SHARE")
