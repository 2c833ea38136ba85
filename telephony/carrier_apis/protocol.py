"""What Voxa asks of a carrier's API."""

from dataclasses import dataclass
from typing import Protocol


class CarrierError(Exception):
    """The carrier was not asked, or did not answer as it should. The message tells a person what to do."""


class CarrierNotConfigured(CarrierError):
    """Settings are missing, or the carrier does not take them."""


class CarrierUnavailable(CarrierError):
    """No usable answer now; trying again later may help."""


@dataclass(frozen=True, slots=True)
class CarrierNumber:
    """A number at the carrier. `problem` says why it cannot carry calls now; empty where it can."""

    number: str
    label: str = ""
    problem: str = ""


class CarrierApi(Protocol):
    """One carrier, with credentials."""

    def numbers(self) -> list[CarrierNumber]:
        """Return all numbers of the connection, within a bounded time. Raises CarrierError. Never in a transaction."""
