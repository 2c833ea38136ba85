"""Validators of call fields."""

import json

from django.core.exceptions import ValidationError

METADATA_BYTES = 8_192


def validate_metadata(value: object) -> None:
    """Accept a JSON object of at most 8 KiB."""
    if not isinstance(value, dict):
        raise ValidationError("Enter a JSON object, for example {“orderId”: “1042”}.", code="not_an_object")
    if len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()) > METADATA_BYTES:
        raise ValidationError(
            "Metadata is limited to 8 KiB of JSON. Store a reference to larger data.", code="too_long"
        )
