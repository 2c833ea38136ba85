"""Whatever stands where an address of the API has an id: a 404 in the shape of its errors, never an error of ours."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

MALFORMED = [
    "x", "-1", "1", "9" * 40, "%00", "1%00", "a" * 2_000, "%C3%A9", "%FF%FE", "%ED%A0%80", "ST_%00", "conn_x",
    "conn_%00", "ST_" + "a" * 200, "%27%20OR%201%3D1--", "00000000-0000-0000-0000-00000000000g", "%7B%7D", "%D9%A1",
]  # fmt: skip
METHODS = ("get", "post", "patch", "delete")


def routes(patterns: Any = None, before: str = "") -> Iterator[str]:
    """Return every address of the API that holds an id."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver) and not route.startswith("admin"):
            yield from routes(one.url_patterns, route)
        elif isinstance(one, URLPattern) and re.search(r"<(?!path:)", route) and not route.startswith("admin"):
            yield route


ROUTES = sorted(set(routes()))


def test_the_routes_are_found() -> None:
    assert len(ROUTES) > 20


@pytest.mark.parametrize("method", METHODS)
def test_a_malformed_id_is_a_404(api: APIClient, method: str) -> None:
    wrong = []
    for place, route in enumerate(ROUTES):
        for step in range(4):
            value = MALFORMED[(4 * place + step) % len(MALFORMED)]
            answer = getattr(api, method)("/" + re.sub(r"<[^>]+>", value, route), {} if method != "get" else None)
            shaped = "json" in answer.headers.get("Content-Type", "") and answer.json()
            if answer.status_code not in (400, 401, 404, 405) or not shaped:
                wrong.append((answer.status_code, route, value[:40]))
    assert wrong == []
