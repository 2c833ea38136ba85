"""Who knows the password and guesses the code is locked out, with the right code too."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.admin.test_lockout import two_step_on
from tests.admin.test_signing_in import code_of, sign_in

LIMIT = 8
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LOCKED = "Too many attempts"


@pytest.fixture(autouse=True)
def _locks(settings: Any, time_machine: Any) -> None:
    settings.AXES_ENABLED = True
    time_machine.move_to(NOW, tick=False)


def guess(person: User, time_machine: Any, code: str = "000000", times: int = LIMIT) -> list[str]:
    """Guess codes, each as soon as the app's own growing pause is over; return the pages."""
    pages = []
    for number in range(times):
        pages.append(sign_in(Client(), person, code))
        time_machine.shift(2**number + 1)
    return pages


def test_the_right_code_is_refused_while_locked(acme_owner: User, time_machine: Any) -> None:
    device = two_step_on(acme_owner)
    pages = guess(acme_owner, time_machine)
    assert all("This code is wrong" in page for page in pages[:-1])
    assert LOCKED in pages[-1]
    assert LOCKED in sign_in(Client(), acme_owner, code_of(device))


def test_the_right_code_signs_in_when_the_lock_is_over(acme_owner: User, time_machine: Any) -> None:
    device = two_step_on(acme_owner)
    guess(acme_owner, time_machine)
    time_machine.shift(15 * 60)
    assert sign_in(Client(), acme_owner, code_of(device)) == ""


def test_others_with_two_step_get_in(acme_owner: User, outsider: User, time_machine: Any) -> None:
    two_step_on(acme_owner)
    device = two_step_on(outsider)
    guess(acme_owner, time_machine)
    assert sign_in(Client(), outsider, code_of(device)) == ""


def test_wrong_passwords_and_wrong_codes_count_together(acme_owner: User, time_machine: Any) -> None:
    device = two_step_on(acme_owner)
    guess(acme_owner, time_machine, times=LIMIT // 2)
    for _ in range(LIMIT // 2):
        page = sign_in(Client(), acme_owner, password="wrong")
    assert LOCKED in page
    assert LOCKED in sign_in(Client(), acme_owner, code_of(device))


def test_guessed_recovery_codes_lock_too(acme_owner: User, time_machine: Any) -> None:
    device = two_step_on(acme_owner)
    guess(acme_owner, time_machine, code="abcdefgh")
    assert LOCKED in sign_in(Client(), acme_owner, code_of(device))


def test_codes_faster_than_the_pause_allows_are_not_looked_at_and_count(acme_owner: User) -> None:
    device = two_step_on(acme_owner)
    assert "This code is wrong" in sign_in(Client(), acme_owner, "000000")
    assert "Wait a moment" in sign_in(Client(), acme_owner, code_of(device))
    for _ in range(LIMIT - 2):
        page = sign_in(Client(), acme_owner, "000000")
    assert LOCKED in page


def test_being_asked_for_the_code_is_no_failure(acme_owner: User) -> None:
    device = two_step_on(acme_owner)
    for _ in range(LIMIT + 1):
        assert "Enter the code" in sign_in(Client(), acme_owner)
    assert sign_in(Client(), acme_owner, code_of(device)) == ""
