"""Lock out guessers of passwords and sign-in codes, on every page that asks for one.

Eight failures for a person from one address lock that person out from there, so that strangers cannot lock the owner
out. Fifty from anywhere lock the person out everywhere. A lock lasts `AXES_COOLOFF_TIME` from its last counted
failure; attempts during it do not extend it. A new password ends it.
"""

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_login_failed
from django.db.models import QuerySet, Sum
from django.http import HttpRequest

from accounts.models.user import canonical_email

FAILURES_FROM_ANYWHERE = 50


class Lockout(AxesDatabaseHandler):  # type: ignore[misc]
    """Counts by person and address, and by person only, in the order of `AXES_LOCKOUT_PARAMETERS`."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        here, anywhere = (_failures(attempts) for attempts in self.get_user_attempts(request, credentials))
        return settings.AXES_FAILURE_LIMIT if anywhere >= FAILURES_FROM_ANYWHERE else here

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Reset the failures from this address only: the owner's success elsewhere must not unlock a guesser."""
        here, _ = self.filter_user_attempts(request, credentials)
        return int(here.delete()[0])


def _failures(attempts: QuerySet[AccessAttempt]) -> int:
    return attempts.aggregate(failures=Sum("failures_since_start"))["failures"] or 0


def username_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    """Return the email address in stored form, so that all spellings share its lock."""
    username = (credentials or request.POST).get(settings.AXES_USERNAME_FORM_FIELD)
    return canonical_email(username) if username else None


def proves_password(request: HttpRequest, person: Any, password: str) -> bool:
    """Return whether a signed-in user's password is correct. Wrong ones count; it fails during a lock."""
    return authenticate(request, username=person.get_username(), password=password) is not None


def count_failure(request: HttpRequest, person: Any) -> None:
    """Count a wrong sign-in code like a wrong password."""
    user_login_failed.send(__name__, credentials={"username": person.get_username()}, request=request)


def lift(person: Any) -> None:
    """End a person's lock."""
    reset(username=person.get_username())
