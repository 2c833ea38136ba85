"""Django's cache in Redis with one client per connection pool: making a client costs more than a request to Redis."""

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class KeptClient(RedisCacheClient):
    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        own: Any = self
        pool = own._get_connection_pool(write)
        if not hasattr(pool, "client_kept"):
            pool.client_kept = own._client(connection_pool=pool)
        return pool.client_kept


class KeptClientCache(RedisCache):
    """`RedisCache` with clients that are made once."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient
