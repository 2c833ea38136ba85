"""DNS results of a gateway's domain, and how long they are valid. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

KEPT = timedelta(hours=24)  # an address that DNS no longer gives stays allowed for this long
REWRITTEN = timedelta(hours=1)  # last-seen times are written anew when older than this


@dataclass(frozen=True, slots=True)
class Resolution:
    """The addresses of one host with the time each was last seen, and why the last look failed, if it did.

    Stored in `Gateway.resolved` with the host it belongs to: a gateway whose host was changed starts afresh.
    """

    seen: tuple[tuple[str, datetime], ...] = ()
    error: str = ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the addresses that count now."""
        return tuple(address for address, _ in self.seen)

    @classmethod
    def read(cls, stored: Mapping[str, object], host: str) -> "Resolution":
        """Read what `write` gave, nothing if it was another host's."""
        seen = stored.get("seen")
        if stored.get("host") != host or not isinstance(seen, dict):
            return cls()
        times = tuple(sorted((address, datetime.fromisoformat(at)) for address, at in seen.items()))
        return cls(times, str(stored.get("error", "")))

    def write(self, host: str) -> dict[str, object]:
        """Return what is stored."""
        return {"host": host, "seen": {address: at.isoformat() for address, at in self.seen}, "error": self.error}

    def found(self, addresses: Iterable[str], now: datetime) -> "Resolution":
        """Return the state after a look that found these: they are new, vanished ones stay a day."""
        kept = {address: at for address, at in self.seen if now - at < KEPT}
        return Resolution(tuple(sorted((kept | dict.fromkeys(addresses, now)).items())))

    def failed(self, error: str) -> "Resolution":
        """Return the state after a look that failed: the last good addresses stay, however old."""
        return Resolution(self.seen, error)

    def is_news(self, before: "Resolution") -> bool:
        """Return whether LiveKit or the trunk's warnings must change."""
        return (self.addresses, self.error) != (before.addresses, before.error)

    def is_worth_writing(self, before: "Resolution") -> bool:
        """Return whether the row must be written: for news, or because its times have grown old."""
        old = dict(before.seen)
        return self.is_news(before) or any(at - old[address] >= REWRITTEN for address, at in self.seen)
