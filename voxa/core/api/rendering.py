"""Render responses as JSON."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder


class JsonRenderer(JSONRenderer):
    """REST framework's renderer, whose encoder is made once."""

    _encoder = JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        if data is None or accepted_media_type != self.media_type:  # which may ask for an indent
            return super().render(data, accepted_media_type, renderer_context)
        text = self._encoder.encode(data)
        return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").encode()
