"""Environment variables, read by django-environ; one that cannot be read is told by its name."""

from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


class Variables(environ.Env):  # type: ignore[misc]
    """Values are taken as they are. Raises ImproperlyConfigured, without the value, which may be a secret."""

    def get_value(self, var: str, cast: Any = None, **kwargs: Any) -> Any:
        value = self.ENVIRON.get(var, "")
        try:
            # The library would read what begins with `$` as the name of another variable, and print it as missing.
            return self.parse_value(value, cast) if value.startswith("$") else super().get_value(var, cast, **kwargs)
        except ValueError:
            raise ImproperlyConfigured(f"{var} cannot be read: see docs/operations.md for what it takes.") from None

    def database(self, var: str, default: str) -> dict[str, Any]:
        """Return Django's settings of the database that a variable names."""
        found: dict[str, Any] = self.db_url_config(self.str(var, default="") or default)
        if not found.get("ENGINE"):
            raise ImproperlyConfigured(f"{var} is no database URL such as postgres://user:password@host:5432/name.")
        return found


env = Variables()


def is_https(url: str) -> bool:
    """Return whether a URL is one of https, however it is written."""
    return urlsplit(url.strip()).scheme == "https"
