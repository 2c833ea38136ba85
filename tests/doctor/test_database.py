"""The database: its tables, its clock, and the secrets that it keeps."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from fernet_fields.fields import EncryptedField

from accounts.models import Workspace
from telephony.models import Trunk
from telephony.services.trunks import create_trunk
from tests.doctor.asking import found
from voxa.core.doctor import database
from voxa.core.doctor.findings import Severity

pytestmark = pytest.mark.django_db


def test_nothing_is_wrong_with_a_good_one() -> None:
    assert found(database.look) == {}
    assert abs(database.clock_ahead()) < timedelta(seconds=5)


def test_tables_that_this_version_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "voxa.core.doctor.database.MigrationExecutor.migration_plan", lambda self, targets: ["one", "two"]
    )
    findings = found(database.look)
    assert "2 migrations are not applied" in findings["database.migrations"].what
    assert database.UNUSABLE & set(findings)


@pytest.mark.parametrize(
    ("ahead", "severity", "words"),
    [
        (0.2, None, ""),
        (-1.5, Severity.WARNING, "1.5 s behind"),
        (30, Severity.ERROR, "30.0 s ahead of"),
    ],
)
def test_a_clock_that_is_not_ours(
    monkeypatch: pytest.MonkeyPatch, ahead: float, severity: Severity | None, words: str
) -> None:
    monkeypatch.setattr(database, "clock_ahead", lambda: timedelta(seconds=ahead))
    findings = found(database.look)
    assert [finding.severity for finding in findings.values()] == ([severity] if severity else [])
    assert all(words in finding.what for finding in findings.values())


def test_the_clock_is_compared_with_the_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(datetime):
        @classmethod
        def now(cls, tz: object = None) -> "Late":
            return cls.fromtimestamp(datetime.now(UTC).timestamp() + 90, UTC)

    monkeypatch.setattr(database, "datetime", Late)
    vendor = connection.vendor
    ahead = database.clock_ahead()
    assert timedelta(seconds=80) < ahead < timedelta(seconds=100) if vendor == "postgresql" else not ahead


def test_secrets_that_no_key_opens_after_a_restore(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    gateways = [{"ip_or_domain": "192.0.2.9"}]
    create_trunk(acme, {"name": "Main", "gateways": gateways, "auth_username": "a", "auth_password": "s3cret-word"})
    create_trunk(acme, {"name": "Without", "gateways": gateways})
    field = Trunk._meta.get_field("auth_password")
    assert isinstance(field, EncryptedField)
    monkeypatch.setitem(field.__dict__, "fernet", type("Other", (), {"decrypt": staticmethod(_refuse)})())
    what = found(database.look)["database.secrets"].what
    assert "1 of 1 stored secrets (trunk: password) cannot be decrypted" in what
    assert "s3cret" not in what


def _refuse(stored: bytes) -> bytes:
    from cryptography.fernet import InvalidToken

    raise InvalidToken
