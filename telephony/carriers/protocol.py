"""The interface of carrier APIs."""

from dataclasses import dataclass
from typing import Protocol


class CarrierError(Exception):
    """A request to the carrier failed. The message has the remedy."""


class CarrierNotConfigured(CarrierError):
    """Settings are missing, or the carrier rejects them."""


class CarrierUnavailable(CarrierError):
    """No usable response now; a later retry may help."""


@dataclass(frozen=True, slots=True)
class CarrierNumber:
    """A number at the carrier. `problem` is why it cannot carry calls now, else ""."""

    number: str
    label: str = ""
    problem: str = ""


class CarrierApi(Protocol):
    """One carrier, with credentials."""

    def numbers(self) -> list[CarrierNumber]:
        """Return all numbers of the connection, within a bounded time. Raise `CarrierError`. Not in a transaction."""
