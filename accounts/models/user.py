"""Users, identified by email address."""

import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


def canonical_email(text: str) -> str:
    """Return an email address in stored form: NFKC, lower case, stripped."""
    return unicodedata.normalize("NFKC", text).strip().lower()


class UserManager(DjangoUserManager["User"]):
    """Creates users by email; addresses are stored in lower case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=canonical_email(username or ""))

    def _create(self, email: str, password: str | None, **extra: Any) -> "User":
        if not email:
            raise ValueError("An email address is required.")
        user = self.model(email=email, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":  # type: ignore[override]
        return self._create(email, password, **extra)

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":  # type: ignore[override]
        return self._create(email, password, **{"is_staff": True, "is_superuser": True, **extra})


class User(AbstractUser):  # type: ignore[django-manager-missing]  # of two-step devices, which have no types
    """Staff see the rows of their workspaces; superusers see all rows."""

    username = None  # type: ignore[assignment]
    email = models.EmailField("email address", unique=True)
    hides_first_run = models.BooleanField(default=False, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ["email"]
        verbose_name, verbose_name_plural = _("person"), _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="user_email_ci", violation_error_message="This email address is taken."
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def has_new_password(self) -> bool:
        """Return whether `set_password` was called since the last save. A hash that Django upgrades does not count."""
        return self._password is not None  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        self.email = canonical_email(self.email)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = canonical_email(self.email)
        super().save(*args, **kwargs)
