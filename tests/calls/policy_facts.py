"""Facts that no policy refuses, for tests to change one at a time."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from calls.routing.policies import Facts, Load


def permitted(now: datetime, to_number: str, *countries: str, **changed: Any) -> Facts:
    """Return the facts of a call to one of these countries that may be dialed, with what is changed."""
    facts: dict[str, Any] = {
        "now": now,
        "to_number": to_number,
        "countries": frozenset(countries),
        "callees": (to_number,),
        "caller_id_verified": True,
        "allow_premium": False,
        "allow_unknown": False,
        "on_do_not_call": False,
        "hours": None,
        "home_zone": "UTC",
        "strict_hours": False,
        "recent_attempts": (),
        "daily_attempts": None,
        "trunk": Load(0, None),
        "workspace": Load(0, None),
        "spent_today": Decimal(0),
        "spend_limit": None,
        "spend_resets_at": None,
        "currency": "",
        "not_after": None,
    }
    return Facts(**{**facts, **changed})
