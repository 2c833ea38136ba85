"""What `redis://` means as a broker: kombu's transport, without the fault that ends a worker for good.

kombu (5.7) takes the connection from a transport before it closes its channels again: on a lost connection, and when a
task that is acknowledged late ends after it. Such a channel then asks None for its host name, and the AttributeError
is none of the errors that Celery takes for a lost connection: "Unrecoverable error", and the worker ends, in every
sixth restart of Redis with tasks under way. Here it is the error that it stands for, and Celery goes on. Seen
by others: https://github.com/celery/kombu/issues/582 and https://github.com/celery/kombu/issues/970.

And kombu makes a client of Redis for each message, which takes longer than sending it; here a channel keeps one.
"""

from typing import Any

from kombu.transport import redis
from redis.exceptions import ConnectionError as RedisConnectionError


class Channel(redis.Channel):
    """A channel that says of a closed connection that it is closed, and keeps the client that it sends by."""

    _kept: Any = None

    def _connparams(self, asynchronous: bool = False) -> Any:
        if getattr(self.connection, "client", None) is None:
            raise RedisConnectionError("The connection of this channel is closed.")
        return super()._connparams(asynchronous)  # type: ignore[no-untyped-call]

    def _create_client(self, asynchronous: bool = False) -> Any:
        if asynchronous:
            return super()._create_client(asynchronous)  # type: ignore[no-untyped-call]
        if self._kept is None or self._kept.connection_pool is not self.pool:
            self._kept = super()._create_client()  # type: ignore[no-untyped-call]
        return self._kept


class Transport(redis.Transport):
    """kombu's, with these channels."""

    Channel = Channel
