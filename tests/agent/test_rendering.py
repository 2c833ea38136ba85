"""Placeholders are replaced once, by values and defaults; anything else stays as it is written."""

from datetime import UTC, datetime
from typing import Any

import pytest

from agents.rendering import LONGEST, built_in, render, render_json, render_url, without_placeholders


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("{{a}}{{ a }}{{a|b}}", {"a": "x"}, "xxx"),
        ("{{a|there}} {{ a | there }}{{a}}", {}, "there there"),
        ("{{a|there}}", {"a": ""}, "there"),
        ("{{a}}", {"a": "{{b}}", "b": "x"}, "{{b}}"),
        ("{{a}}b}}", {"a": "{{", "b": "x"}, "{{b}}"),
        ("{{a}} {{b}} {{c}}", {"a": True, "b": 0, "c": 1.5}, "true 0 1.5"),
        ("{{a}} {{b}}", {"a": 0.0000001, "b": -2.5e-7}, "0.0000001 -0.00000025"),
        ("{{a.b}} {{a()}} {{ }} {a} {% if a %} {{1a}}", {"a": "x"}, "{{a.b}} {{a()}} {{ }} {a} {% if a %} {{1a}}"),
        (r"{{a}}", {"a": r"\1\g<0>"}, r"\1\g<0>"),
    ],
)
def test_a_placeholder_becomes_its_value(text: str, values: dict[str, Any], expected: str) -> None:
    assert render(text, values) == expected


def test_a_rendered_text_is_limited() -> None:
    assert len(render("{{a}}" * 6000, {"a": "x" * 2000})) == LONGEST


def test_a_value_cannot_become_a_placeholder_of_the_provider() -> None:
    assert "{{" not in render("{{{a}}{{a}}", {"a": "{{secret__x}}"}, ("secret__",))


def test_times_are_the_workspaces() -> None:
    values = built_in(datetime(2026, 11, 30, 23, 30, tzinfo=UTC), "Europe/Berlin", "Acme", "Ada")
    assert [values[name] for name in ("now", "date", "time")] == ["2026-12-01T00:30:00+01:00", "2026-12-01", "00:30"]


@pytest.mark.parametrize(
    "url", ["https://{{shop}}/x", "https://a.example:{{port}}/x", "https://{{shop|a.example}}?a=b"]
)
def test_a_placeholder_in_the_host_of_a_url_is_named(url: str) -> None:
    with pytest.raises(ValueError, match="Enter host and port as they are"):
        without_placeholders(url, str)


@pytest.mark.parametrize(
    ("value", "path"),
    [("a/../b?c#d&e", "a%2F..%2Fb%3Fc%23d%26e"), ("..", "%2E%2E"), (7, "7"), ("é", "%C3%A9"), ("", "no%20order")],
)
def test_a_value_stays_in_its_part_of_a_url(value: Any, path: str) -> None:
    url = "https://a.example/{{ order|no order }}/x?by={{order|no order}}"
    assert render_url(url, {"order": value}) == f"https://a.example/{path}/x?by={path}"


def test_json_keeps_the_type_of_a_value_alone() -> None:
    body = {"order": "{{order}}", "text": "No. {{order}}", "list": ["{{vip}}", 1], "{{order}}": "{{gone|none}}"}
    made = {"order": 7, "text": "No. 7", "list": [True, 1], "{{order}}": "none"}
    assert render_json(body, {"order": 7, "vip": True}) == made
