"""Model fields that normalize input when they are cleaned."""

from typing import Any

from django.db import models

from telephony.addresses import normalize_host
from voxa.core.safe_http import check_url


class HostField(models.CharField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A host name or IP address, stored as `normalize_host` returns it."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return normalize_host(text) if text else text


class HttpsUrlField(models.CharField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A URL that Voxa may call, stored as `check_url` returns it."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return check_url(text) if text else text
