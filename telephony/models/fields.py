"""Model fields that normalize input when they are cleaned."""

from typing import Any

from django.db import models

from telephony.addresses import normalize_host


class HostField(models.CharField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A host name or IP address, stored as `normalize_host` returns it."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return normalize_host(text) if text else text
