"""Every example of the schema fits it, and shows each field that an answer has."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from tests.api.committed import committed

SCHEMA = committed()


def _media() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in SCHEMA["paths"].items():
        for method, operation in methods.items():
            bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for name, body in bodies.items():
                for kind, media in body.get("content", {}).items():
                    if kind == "application/json":
                        yield f"{method} {path} {name}", media


MEDIA = dict(_media())


def _plain(schema: Any) -> Any:
    """Return OpenAPI 3.0's schema as JSON Schema has it."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _plain(value) for name, value in schema.items() if name not in ("nullable", "example")}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


COMPONENTS = _plain(SCHEMA["components"])


@pytest.mark.parametrize("place", MEDIA)
def test_an_example_fits(place: str) -> None:
    schema = {**_plain(MEDIA[place]["schema"]), "components": COMPONENTS}
    for name, example in MEDIA[place].get("examples", {}).items():
        wrong = [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(example["value"])]
        assert not wrong, f"{name}: {wrong}"


def test_each_body_has_an_example() -> None:
    told = [place for place in MEDIA if place.endswith(("request", " 200", " 201", " 202"))]
    assert [place for place in told if not MEDIA[place].get("examples")] == []


def test_a_body_that_must_be_sent_is_said_to_be() -> None:
    assert SCHEMA["paths"]["/sip/create-outbound-trunk"]["post"]["requestBody"]["required"] is True


def test_an_answer_is_said_to_have_all_fields_of_its_model() -> None:
    schemas = SCHEMA["components"]["schemas"]
    for name in ("Trunk", "Number", "Agent", "TelephonySettings", "WebhookEndpoint"):
        assert set(schemas[name]["required"]) == set(schemas[name]["properties"])
    assert schemas["TrunkRequest"]["required"] == ["name"]
