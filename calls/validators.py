"""Pure checks of what calls carry."""

import json

from django.core.exceptions import ValidationError

METADATA_BYTES = 8_192


def validate_metadata(value: object) -> None:
    """Accept a JSON object of at most 8 KiB."""
    if not isinstance(value, dict):
        raise ValidationError("Give an object, such as {“orderId”: “1042”}.", code="not_an_object")
    if len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()) > METADATA_BYTES:
        raise ValidationError("Metadata takes at most 8 KiB of JSON. Keep a reference to the rest.", code="too_long")
