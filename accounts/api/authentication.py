"""Authenticate requests by `Authorization: Bearer vx_live_...`."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import ApiKey
from accounts.services.keys import find_api_key, note_use
from voxa.core.api.errors import HOW_TO_SIGN_IN


class ApiKeyAuthentication(BaseAuthentication):
    """Sets `request.auth` to an `accounts.models.ApiKey` with at most one query. `request.user` stays None."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey] | None:
        scheme, _, text = request._request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer":
            raise AuthenticationFailed(HOW_TO_SIGN_IN)
        now = timezone.now()
        key = find_api_key(text.strip())
        refusal = key.refusal(now) if key else "Unknown API key. Copy the complete key, or create a new one."
        if key is None or refusal:
            raise AuthenticationFailed(refusal)
        note_use(key, now)
        # The actor of history rows written during this request (accounts.signals).
        request._request.api_key = key  # type: ignore[attr-defined]
        return None, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="voxa"'
