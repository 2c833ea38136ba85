"""Render responses as JSON."""

from collections.abc import Callable, Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

encoded: Callable[[Any], str] = JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode


class JsonText(str):
    """A response that is JSON already."""

    __slots__ = ()


class JsonRenderer(JSONRenderer):
    """REST framework's renderer, whose encoder is made once."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        if isinstance(data, JsonText):
            text: str = data
        elif data is None or accepted_media_type != self.media_type:  # which may ask for an indent
            return super().render(data, accepted_media_type, renderer_context)
        else:
            text = encoded(data)
        return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").encode()
