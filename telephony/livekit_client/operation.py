"""One thing to ask of LiveKit, told apart from how it is waited for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from livekit import api

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """What to do with a server, and the seconds it may take (None: the client's deadline).

    `sip_admin` is for what needs no right but that of managing trunks and rules.
    """

    call: Callable[[api.LiveKitAPI], Awaitable[T]]
    deadline: float | None = None
    sip_admin: bool = False
