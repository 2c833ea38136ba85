"""A request to LiveKit, independent of how its caller waits."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from livekit import api

from telephony.livekit.errors import LiveKitError
from telephony.livekit.reused_tokens import Rights

T = TypeVar("T")


def _as_it_is(answer: Any) -> Any:
    return answer


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """A request, with a timeout in seconds (None: the client's deadline).

    `rights` are what the request needs, if its token may be one that is used again. `read` converts a long response in
    the waiting thread: it would block the loop's other requests. `failure` maps LiveKit errors with a special meaning
    for this request.
    """

    call: Callable[[api.LiveKitAPI], Awaitable[Any]]
    deadline: float | None = None
    rights: Rights | None = None
    read: Callable[[Any], T] = _as_it_is
    failure: Callable[[api.ServerError], LiveKitError | None] | None = None

    @property
    def is_short(self) -> bool:
        """Return whether there is nothing to convert."""
        return self.read is _as_it_is
