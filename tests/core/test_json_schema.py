"""Values against a schema: what is wrong is told in words, however deep a value is."""

import json
from typing import Any

import pytest

from voxa.core.json_schema import WrongSchema, misfits

CITY = {"type": "object", "properties": {"city": {"type": "string"}}}


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"city": "Ulm"}, []),
        ({"city": 7}, ['city: 7 is not of type "string"']),
        ({"town": json.loads("[" * 300 + "]" * 300)}, []),
        ({"city": json.loads("[" * 300 + "]" * 300)}, ["The JSON is nested too deeply."]),
    ],
)
def test_a_violation_is_told(value: Any, wrong: list[str]) -> None:
    assert misfits(CITY, value) == wrong


def test_a_wrong_schema_is_no_violation() -> None:
    with pytest.raises(WrongSchema):
        misfits({"type": "nothing"}, {})
