"""Each key has its own number of requests a minute."""

from datetime import UTC, datetime
from typing import Any

import pytest
import redis
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework.test import APIClient

from accounts.models import ApiKey, Workspace
from tests.api.test_errors import error
from tests.conftest import ApiFor
from tests.live.servers import RedisServer
from voxa.core.redis_cache import KeptClientCache

pytestmark = pytest.mark.urls("tests.api.probe")
NOW = datetime(2026, 1, 1, 12, 0, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _two_a_minute(settings: Any, time_machine: Any) -> None:
    settings.API_RATE_LIMIT = 2
    time_machine.move_to(NOW, tick=False)
    cache.clear()


def test_beyond_the_limit_it_is_429_until_the_minute_is_over(api: APIClient, time_machine: Any) -> None:
    assert [api.get("/v1/probes").status_code for _ in range(2)] == [200, 200]
    refused = api.get("/v1/probes")
    assert error(refused, 429)["code"] == "throttled"
    assert refused.headers["Retry-After"] == "45"
    time_machine.shift(45)
    assert api.get("/v1/probes").status_code == 200


def test_keys_do_not_share_their_limit(acme: Workspace, api: APIClient, api_for: ApiFor) -> None:
    for _ in range(3):
        api.get("/v1/probes")
    assert api_for(acme).get("/v1/probes").status_code == 200


def test_zero_is_no_limit(api: APIClient, settings: Any) -> None:
    settings.API_RATE_LIMIT = 0
    assert {api.get("/v1/probes").status_code for _ in range(5)} == {200}


def test_a_cache_that_is_away_stops_nobody(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any) -> bool:
        raise RedisConnectionError("away")

    monkeypatch.setattr(cache, "add", away)
    assert {api.get("/v1/probes").status_code for _ in range(5)} == {200}


def test_shares_of_a_large_limit_are_counted_in_one_trip_each(
    api: APIClient, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_RATE_LIMIT = 4_500
    trips: list[int] = []
    incr = cache.incr

    def counted(name: str, requests: int) -> int:
        trips.append(requests)
        return incr(name, requests)

    monkeypatch.setattr(cache, "incr", counted)
    cache.set(f"throttle:{ApiKey.objects.get().pk}:{int(NOW.timestamp()) // 60}", 4_490)  # by other processes
    assert [api.get("/v1/probes").status_code for _ in range(11)] == [200] * 10 + [429]
    assert trips == [4, 4, 4, 4]


def test_redis_counts_in_one_trip_and_forgets_by_itself(
    api: APIClient, redis_server: RedisServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = f"{KeptClientCache.__module__}.KeptClientCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": redis_server.url}}
    trips: list[int] = []
    execute = redis.client.Pipeline.execute

    def counted(self: Any) -> Any:
        trips.append(1)
        return execute(self)

    made: list[int] = []
    make = redis.Redis.__init__

    def making(self: Any, *args: Any, **more: Any) -> None:
        made.append(1)
        make(self, *args, **more)

    monkeypatch.setattr(redis.Redis, "__init__", making)
    monkeypatch.setattr(redis.client.Pipeline, "execute", counted)
    monkeypatch.setattr(redis.Redis, "execute_command", None)
    assert [api.get("/v1/probes").status_code for _ in range(3)] == [200, 200, 429]
    assert (len(trips), len(made)) == (3, 1)
    monkeypatch.undo()
    with redis.Redis(port=redis_server.port) as client:
        mine = client.keys(f"*throttle:{ApiKey.objects.get().pk}:*")  # others use this server too
        assert [0 < client.ttl(key) <= 120 for key in mine] == [True]
