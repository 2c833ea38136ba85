"""A recovery code that two use at the same moment lets one of them in."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from accounts.models import AuthenticatorApp, RecoveryCodes, User
from accounts.services.two_step import pending_app, takes, turn_on
from tests.admin.test_signing_in import code_of

AT_ONCE = 4


@pytest.fixture
def person(transactional_db: None) -> User:
    return User.objects.create_user("race@acme.example", "a long password", is_staff=True)


def tried_at_once(device: AuthenticatorApp | RecoveryCodes, code: str) -> list[bool | None]:
    """Try a code several times at the same moment; return each answer."""
    start, told = Barrier(AT_ONCE), list[bool | None]()

    def work() -> None:
        start.wait()
        try:
            told.append(takes(device, code))
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


@pytest.mark.postgres
def test_of_several_who_use_one_recovery_code_at_once_one_gets_in(person: User) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer, so nothing races")
    codes = turn_on(pending_app(person))
    device = RecoveryCodes.objects.get(user=person)
    told = tried_at_once(device, codes[0])
    assert told.count(True) == 1
    assert len(told) == AT_ONCE
    device.refresh_from_db()
    assert len(device.hashes) == len(codes) - 1


@pytest.mark.postgres
def test_of_several_who_use_one_code_of_an_app_at_once_one_gets_in(person: User) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer, so nothing races")
    app = pending_app(person)
    turn_on(app)
    assert tried_at_once(app, code_of(app)).count(True) == 1
