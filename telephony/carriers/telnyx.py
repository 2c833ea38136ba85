"""Telnyx numbers, over API v2.

Source, of the filter, the pages of at most 250 and the statuses:
https://developers.telnyx.com/api-reference/phone-number-configurations/list-phone-numbers
"""

import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from telephony.carriers.protocol import CarrierNotConfigured, CarrierNumber, CarrierUnavailable
from voxa.core import safe_http
from voxa.core.http.outbound import Answer, Limits, OutboundError, send

PAGE = 250
MOST_PAGES = 200
SECONDS = 60.0  # for all pages
_EACH = Limits(connect=5.0, read=10.0, total=15.0, max_bytes=4_000_000)


def from_settings() -> "Telnyx":
    """Return Telnyx with `TELNYX_API_KEY` and `TELNYX_CONNECTION_ID`. Raise `CarrierNotConfigured`."""
    names = ("TELNYX_API_KEY", "TELNYX_CONNECTION_ID")
    missing = [name for name in names if not getattr(settings, name)]
    if missing:
        raise CarrierNotConfigured(f"Set {' and '.join(missing)}, then restart Voxa.")
    return Telnyx(settings.TELNYX_API_KEY, settings.TELNYX_CONNECTION_ID, settings.TELNYX_BASE_URL)


@dataclass(frozen=True)
class Telnyx:
    """One SIP connection at Telnyx. The key is never shown in a repr."""

    key: str = field(repr=False)
    connection_id: str
    base_url: str

    def numbers(self) -> list[CarrierNumber]:
        """Return the numbers of the connection, within 60 s."""
        end, found = time.monotonic() + SECONDS, list[CarrierNumber]()
        for page in range(1, MOST_PAGES + 1):
            if time.monotonic() > end:
                raise CarrierUnavailable(f"Telnyx did not return all numbers within {SECONDS:.0f} s. Try again later.")
            rows, pages = self._page(page)
            found += rows
            if page >= pages:
                return found
        raise CarrierUnavailable(f"The connection has more than {MOST_PAGES * PAGE:,} numbers. Split it.")

    def _page(self, page: int) -> tuple[list[CarrierNumber], int]:
        """Return the numbers of a page, and how many pages there are."""
        query = {"filter[connection_id]": self.connection_id, "page[number]": page, "page[size]": PAGE}
        url = f"{self.base_url.rstrip('/')}/v2/phone_numbers?{urlencode(query)}"
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "application/json"}
        try:
            answer = send("GET", url, policy=safe_http.ANYWHERE, headers=headers, limits=_EACH)
        except OutboundError as error:
            raise CarrierUnavailable(f"Telnyx cannot be reached. {error}") from None
        _refuse(answer)
        try:
            body = json.loads(answer.body)
            return [_number(row) for row in body["data"]], int(body["meta"]["total_pages"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise CarrierUnavailable("Telnyx returned an invalid list of numbers.") from None


def _refuse(answer: Answer) -> None:
    """Raise for an unsuccessful response."""
    if answer.ok:
        return
    match answer.status:
        case 401 | 403:
            raise CarrierNotConfigured("Telnyx rejects the API key. Check TELNYX_API_KEY and its permissions.")
        case 400 | 404 | 422:
            raise CarrierNotConfigured("Telnyx does not know this connection. Check TELNYX_CONNECTION_ID.")
        case 429:
            raise CarrierUnavailable("Telnyx limits the request rate. Try again in a minute.")
        case status:
            raise CarrierUnavailable(f"Telnyx responded with status {status}. Try again later.")


def _number(row: dict[str, Any]) -> CarrierNumber:
    status = str(row.get("status") or "active")
    problem = "" if status == "active" else f"Its status at Telnyx is {status.replace('_', ' ')}."
    return CarrierNumber(str(row["phone_number"]), str(row.get("customer_reference") or "")[:100], problem)
