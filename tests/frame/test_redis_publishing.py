"""Messages go to Redis by a client that is kept."""

from typing import Any

import pytest
import redis
from kombu.connection import Connection

from tests.live.servers import RedisServer
from voxa.redis_broker import Transport


def test_messages_take_one_client_and_no_declaration(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    make = redis.Redis.__init__

    def making(self: Any, *args: Any, **more: Any) -> None:
        made.append(1)
        make(self, *args, **more)

    link: Any = Connection(redis_server.url, transport=Transport)  # type: ignore[no-untyped-call]
    with link, redis.Redis(port=redis_server.port) as reader:
        producer = link.Producer()
        producer.publish({"first": 1}, exchange="", routing_key="kept", declare=())
        monkeypatch.setattr(redis.Redis, "__init__", making)
        for _ in range(3):
            producer.publish({"more": 1}, exchange="", routing_key="kept", declare=())
        assert (reader.llen("kept"), made) == (4, [])
        reader.delete("kept")
