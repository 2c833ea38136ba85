"""Environment variables, read by django-environ. Errors name the variable."""

import warnings
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


class Variables(environ.Env):  # type: ignore[misc]
    """Reads values literally. Raises `ImproperlyConfigured` without the value, which may be a secret."""

    def get_value(self, var: str, cast: Any = None, **kwargs: Any) -> Any:
        value = self.ENVIRON.get(var, "")
        try:
            # The library treats a leading `$` as a reference to another variable, and prints it.
            return self.parse_value(value, cast) if value.startswith("$") else super().get_value(var, cast, **kwargs)
        except ValueError:
            raise ImproperlyConfigured(f"{var} is invalid: see docs/operations.md for its format.") from None

    def database(self, var: str, default: str) -> dict[str, Any]:
        """Return Django's database settings from a variable."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library's warning shows what it could not read, password included
            found: dict[str, Any] = self.db_url_config(self.str(var, default="") or default)
        if not str(found.get("ENGINE")).endswith((".postgresql", ".sqlite3")):
            raise ImproperlyConfigured(f"{var} is not a database URL such as postgres://user:password@host:5432/name.")
        return found

    def mail(self, var: str) -> dict[str, Any]:
        """Return Django's settings of a mail server from a variable."""
        try:
            found: dict[str, Any] = self.email_url_config(self.str(var))
        except (ImproperlyConfigured, ValueError):
            found = {}
        if not found.get("EMAIL_HOST"):
            raise ImproperlyConfigured(
                f"{var} is not a mail server such as smtp+tls://user:password@mail.example.com:587."
            ) from None
        return found


env = Variables()


def is_https(url: str) -> bool:
    """Return whether a URL is https, in any case."""
    return urlsplit(url.strip()).scheme == "https"
