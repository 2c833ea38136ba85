"""Limit requests to `API_RATE_LIMIT` per minute and key."""

import threading
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

_WINDOW = 60  # seconds
_SHARES = 1_000  # of the limit; a process takes one at a time
_MOST = 1_000  # keys and minutes of which a share is kept


class KeyThrottle(BaseThrottle):
    """Counts in fixed windows in the cache, shared by all processes if the cache is.

    A process counts a share of the limit in one trip to the cache and grants it without further trips. A key never
    gets more than its limit, and less by what other processes have left of their shares.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        limit: int = settings.API_RATE_LIMIT
        if not limit or request.auth is None:
            return True
        name = f"throttle:{request.auth.pk}:{int(time.time()) // _WINDOW}"
        try:
            return _shares.grant(name, limit)
        except (RedisError, ValueError):  # a failing or evicted cache must not break the API
            return True

    def wait(self) -> float:
        return _WINDOW - time.time() % _WINDOW


class _Shares:
    """What is left of this process's shares, by key and minute."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}
        self._lock = threading.Lock()

    def grant(self, name: str, limit: int) -> bool:
        """Return whether one more request is within the limit."""
        with self._lock:
            if left := self._left.get(name, 0):
                self._left[name] = left - 1
                return True
        share = max(1, limit // _SHARES)
        granted = share + min(0, limit - _count(name, share))
        if granted > 1:
            with self._lock:
                if len(self._left) >= _MOST:
                    self._left.clear()
                self._left[name] = self._left.get(name, 0) + granted - 1
        return granted > 0


_shares = _Shares()


def _count(name: str, requests: int) -> int:
    """Count requests; return how many there were. One trip to Redis, where Django's methods take three."""
    store: Any = caches["default"]
    if not isinstance(store, RedisCache):
        return requests if cache.add(name, requests, 2 * _WINDOW) else cache.incr(name, requests)
    key = store.make_and_validate_key(name)
    pipeline: Any = store._cache.get_client(key, write=True).pipeline(transaction=False)
    counted: int = pipeline.incr(key, requests).expire(key, 2 * _WINDOW).execute()[0]
    return counted
