"""Limit requests to `API_RATE_LIMIT` per minute and key."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

_WINDOW = 60  # seconds


class KeyThrottle(BaseThrottle):
    """Counts in fixed windows in the cache, shared by all processes if the cache is."""

    def allow_request(self, request: Request, view: Any) -> bool:
        limit: int = settings.API_RATE_LIMIT
        if not limit or request.auth is None:
            return True
        name = f"throttle:{request.auth.pk}:{int(time.time()) // _WINDOW}"
        try:
            count = _count(name)
        except (RedisError, ValueError):  # a failing or evicted cache must not break the API
            return True
        return count <= limit

    def wait(self) -> float:
        return _WINDOW - time.time() % _WINDOW


def _count(name: str) -> int:
    """Count one request; return how many there were. One trip to Redis, where Django's methods take three."""
    store: Any = caches["default"]
    if not isinstance(store, RedisCache):
        return 1 if cache.add(name, 1, 2 * _WINDOW) else cache.incr(name)
    key = store.make_and_validate_key(name)
    pipeline: Any = store._cache.get_client(key, write=True).pipeline(transaction=False)
    counted: int = pipeline.incr(key).expire(key, 2 * _WINDOW).execute()[0]
    return counted
