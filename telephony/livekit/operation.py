"""One thing to ask of LiveKit, told apart from how it is waited for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from livekit import api

from telephony.livekit.errors import LiveKitError

T = TypeVar("T")


def _as_it_is(answer: Any) -> Any:
    return answer


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """What to do with a server, and the seconds it may take (None: the client's deadline).

    `sip_admin` is for what needs no right but that of managing trunks and rules. `read` makes of the answer what is
    given, in the waiting thread: a long list would hold up the loop's other calls. `failure` reads LiveKit's errors
    that mean something of their own here.
    """

    call: Callable[[api.LiveKitAPI], Awaitable[Any]]
    deadline: float | None = None
    sip_admin: bool = False
    read: Callable[[Any], T] = _as_it_is
    failure: Callable[[api.ServerError], LiveKitError | None] | None = None
