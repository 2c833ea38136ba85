"""Whatever stands where an address of the admin has an id: a 404 where it is malformed, and never an error of ours."""

import re
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User, Workspace
from tests.admin.conftest import Browser
from tests.admin.rows import furnish

# Percent-encoded as a client would send them. None of them is an id of any kind.
MALFORMED = [
    "x",
    "-1",
    "1.5",
    "9" * 40,
    "0x10",
    "%00",
    "1%00",
    "a" * 3_000,
    "%C3%A9%E2%82%AC%F0%9F%98%80",
    "%FF%FE",
    "%ED%A0%80",
    "_00",
    "..%2F..%2Fetc%2Fpasswd",
    "%27%20OR%201%3D1--",
    "%3Cscript%3E",
    "None",
    "%D9%A1%D9%A2",
    "00000000-0000-0000-0000-00000000000g",
    "%7B%7D",
]
QUERIES = [
    "q=%00", "q=%FF", "p=x", "p=-1", "p=99999999999999999999", "o=x", "o=99", "o=-1.-2.3", "e=1", "all=", "_popup=x",
    "workspace__id__exact=x", "workspace__id__exact=%00", "id=1", "id__in=x,%00", "status__exact=%FF", "pk=%27",
    "active__exact=x", "created_at_from=x", "created_at_from_0=x&created_at_to_0=%00", "page=x", "page=%00", "s=%00",
    "again=x", "workspace=%00", "find=%00", "_changelist_filters=%FF%00", "_to_field=x", "from=%00&to=%00",
]  # fmt: skip


def routes(patterns: Any = None, before: str = "") -> Iterator[str]:
    """Return every address of the admin as it is written in the routes."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, route)
        elif isinstance(one, URLPattern) and route.startswith("admin/"):
            yield route


def some(values: list[Any], place: int, turn: int) -> list[Any]:
    """Return four of the values, two for each of two people, other ones at each place: every value is tried."""
    return [values[(4 * place + 2 * turn + step) % len(values)] for step in range(2)]


def filled(route: str, value: str) -> str:
    """Return an address with a value in place of each of its parameters."""
    plain = re.sub(r"\(\?P<[^>]+>[^)]*\)", value, route.replace("^", "").replace("\\Z", "").replace("$", ""))
    return "/" + re.sub(r"<[^>]+>", value, plain)


WITH_ID = sorted(route for route in routes() if "<path:" in route or "<str:" in route or "<uuid:" in route)
PAGES = sorted(route for route in routes() if "<" not in route and not route.endswith("logout/"))


PEOPLE = ["superuser", "acme_admin"]


@pytest.fixture(params=PEOPLE)
def person(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def turn(person: str) -> int:
    """Which of the values are this person's: `some`."""
    return PEOPLE.index(person)


@pytest.fixture
def browser(person: str, request: pytest.FixtureRequest, acme: Workspace, signed_in: Browser) -> Client:
    """A superuser's and a member's browser, with a row of every kind to be found."""
    furnish(acme)
    client = signed_in(request.getfixturevalue(person))
    client.raise_request_exception = False
    return client


def test_the_routes_are_found() -> None:
    assert len(WITH_ID) > 60
    assert len(PAGES) > 30
    assert "admin/telephony/trunk/<path:object_id>/provision/" in WITH_ID


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_malformed_id_is_a_404(browser: Client, turn: int, method: str) -> None:
    wrong = []
    for place, route in enumerate(WITH_ID):
        for value in some(MALFORMED, place, turn):
            status = getattr(browser, method)(filled(route, value), follow=True).status_code
            if status != 404:
                wrong.append((status, route, value[:40]))
    assert wrong == []


def test_an_id_that_nothing_has_is_no_error_of_ours(browser: Client) -> None:
    for route in WITH_ID:
        for value in (str(uuid.uuid4()), "999999"):
            for method in ("get", "post"):
                answer = getattr(browser, method)(filled(route, value))
                assert answer.status_code in (301, 302, 403, 404), (route, value, method)


def test_hostile_queries_are_no_error_of_ours(browser: Client, turn: int) -> None:
    wrong = []
    for place, route in enumerate(PAGES):
        for query in some(QUERIES, place, turn):
            status = browser.get(f"/{route}?{query}").status_code
            if status >= 500:
                wrong.append((status, route, query))
    assert wrong == []


HOSTILE = ["x", "-1", "", "9" * 40, "\x00", "é", "1' OR 1=1--", "\ud800".encode("utf-8", "surrogatepass")]


@pytest.mark.parametrize("field", ["_selected_action", "action", "select_across", "index"])
def test_hostile_actions_are_no_error_of_ours(browser: Client, turn: int, field: str) -> None:
    wrong = []
    for place, (model, page) in enumerate(admin.site._registry.items()):
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for action in ["delete_selected", *(page.actions or ())]:
            half = slice(None) if action == "delete_selected" else slice(place // 2 % 2, None, 2)
            for value in some(HOSTILE, place, turn)[half]:
                data = {"action": action, "_selected_action": str(uuid.uuid4()), "index": "0", field: value}
                status = browser.post(path, data).status_code
                if status >= 500:
                    wrong.append((status, path, action, value))
    assert wrong == []


@pytest.mark.parametrize("value", ["1", "x", quote("\x00"), "1/1", "", "x/x"])
def test_the_shortcuts_to_other_sites_are_none(browser: Client, value: str) -> None:
    for kind in ("1", "2", "x", "999999", "%00"):
        assert browser.get(f"/admin/r/{kind}/{value}/").status_code == 404
        assert browser.post(f"/admin/r/{kind}/{value}/").status_code == 404


def test_nobody_else_is_told_more(client: Client, acme_viewer: User) -> None:
    assert client.get("/admin/telephony/trunk/x/change/").status_code == 302
    assert client.get("/admin/r/1/1/").status_code == 404
