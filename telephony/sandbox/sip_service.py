"""The sandbox's SIP service: its state and its calls."""

from enum import StrEnum
from typing import Protocol


class SipState(StrEnum):
    """The states that the SIP service can be put in.

    OFF is a service that was asked to stop (SIGINT), KILLED one that fell silent. DRAINING (SIGTERM) keeps its calls,
    takes calls in and places none.
    """

    ON = "on"
    DRAINING = "draining"
    OVERLOADED = "overloaded"
    OFF = "off"
    KILLED = "killed"


class Carried(Protocol):
    """A call of the service."""

    def shut_down(self) -> None:
        """End the call because the service stops."""

    def fall_silent(self) -> None:
        """Stop responding because the service died."""


class SipService:
    """Its state, and the calls in progress or being dialed."""

    def __init__(self, state: SipState = SipState.ON) -> None:
        self.state = state
        self.calls: set[Carried] = set()

    @property
    def takes_calls_in(self) -> bool:
        """Return whether the service responds to INVITEs."""
        return self.state not in (SipState.OFF, SipState.KILLED)

    def switch(self, to: SipState) -> None:
        """Change the state; calls end as they do when a real service is stopped or killed."""
        calls, self.state = list(self.calls), to
        for call in calls:
            if to is SipState.OFF:
                call.shut_down()
            elif to is SipState.KILLED:
                call.fall_silent()
