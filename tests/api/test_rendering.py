"""JSON of responses is what REST framework's own renderer makes."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from rest_framework.renderers import JSONRenderer

from voxa.core.api.rendering import JsonRenderer

TYPE = "application/json"


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [1, 1.5, 1e22, True, None, 'é \u2028 \u2029 \x7f \x00 " \\ \U0001f600'],
        {"id": UUID(int=5), "at": datetime(2026, 3, 1, tzinfo=UTC), "price": Decimal("1.10"), "rows": ({"a": 1},)},
    ],
)
@pytest.mark.parametrize("accepted", [TYPE, f"{TYPE}; indent=2", None])
def test_values_look_as_before(value: Any, accepted: str | None) -> None:
    assert JsonRenderer().render(value, accepted, {}) == JSONRenderer().render(value, accepted, {})


def test_numbers_that_are_not_json_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        JsonRenderer().render({"n": float("nan")}, TYPE, {})
