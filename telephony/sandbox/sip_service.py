"""The sandbox's SIP service: there or not, and the calls that it carries."""

from enum import StrEnum
from typing import Protocol


class SipState(StrEnum):
    """What can be made of the SIP service while the sandbox runs.

    OFF is a service that was asked to stop (SIGINT), KILLED one that fell silent. DRAINING (SIGTERM) keeps its calls,
    takes calls in and places none.
    """

    ON = "on"
    DRAINING = "draining"
    OVERLOADED = "overloaded"
    OFF = "off"
    KILLED = "killed"


class Carried(Protocol):
    """A call that the service carries."""

    def shut_down(self) -> None:
        """End it, for the service stops."""

    def fall_silent(self) -> None:
        """Stop it, for the service died."""


class SipService:
    """Its state, and the calls up or being dialled."""

    def __init__(self, state: SipState = SipState.ON) -> None:
        self.state = state
        self.calls: set[Carried] = set()

    @property
    def takes_calls_in(self) -> bool:
        """Return whether the service responds to INVITEs."""
        return self.state not in (SipState.OFF, SipState.KILLED)

    def switch(self, to: SipState) -> None:
        """Become this state; calls end as they do when a real service is stopped or killed."""
        calls, self.state = list(self.calls), to
        for call in calls:
            if to is SipState.OFF:
                call.shut_down()
            elif to is SipState.KILLED:
                call.fall_silent()
