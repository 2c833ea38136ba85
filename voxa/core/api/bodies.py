"""Read request bodies after authentication."""

from rest_framework.request import Request

from voxa.core import bodies
from voxa.core.api.errors import ApiError


def receive(request: Request, sender: str) -> None:
    """Read the body within its limits. Raise `ApiError`: 413, 408, 400, 503."""
    try:
        bodies.receive(request.META, sender)
    except bodies.BodyRefused as refused:
        retry_after = 1 if refused.status.value == 503 else None
        raise ApiError(refused.code, refused.message, refused.status.value, retry_after=retry_after) from None
