"""Fields that trunks and calls share."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

TRANSFER_HEADERS = (
    "SIP headers of the transfer (the REFER, or the call to the third party), in addition to those of the trunk. "
    "Values may contain `{callId}`, `{from}` and `{to}`."
)


class RowIdField(serializers.UUIDField):
    """The id of a related row of the same workspace; `source` is the relation."""

    def get_attribute(self, instance: Any) -> Any:
        return getattr(instance, f"{self.source}_id")


class SigningSecretField(serializers.CharField):
    """The secret that signs the requests to a URL beside it. Write-only."""

    def __init__(self, **kwargs: Any) -> None:
        words = (
            "Signs the requests, by Standard Webhooks: `whsec_` and the base64 form of 24 to 64 bytes. Required with "
            "the URL, and again when the URL changes. Removed with the URL."
        )
        super().__init__(write_only=True, required=False, allow_null=True, max_length=128, help_text=words, **kwargs)


class HeadersField(serializers.DictField):
    """SIP headers, or a mapping of headers: an object of strings."""

    child = serializers.CharField(max_length=1_000, trim_whitespace=False)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and any(not isinstance(text, str) for text in data.values()):
            raise ValidationError("Send strings, in quotes.", "invalid")
        return super().to_internal_value(data)
