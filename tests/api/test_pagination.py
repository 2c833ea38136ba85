"""Pages by key: every row once, whatever the ties and whatever is added meanwhile, and never by counting."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import Workspace
from telephony.models import Agent
from tests.api.test_errors import fields
from voxa.core.api.pagination import Cursor, NotACursor

pytestmark = pytest.mark.urls("tests.api.probe")
START = datetime(2026, 1, 1, tzinfo=UTC)


def fill(workspace: Workspace, seconds: list[int]) -> None:
    """Make agents created at these seconds, in one statement."""
    agents = Agent.objects.bulk_create(Agent(workspace=workspace, name=str(n)) for n in range(len(seconds)))
    for agent, second in zip(agents, seconds, strict=True):
        agent.created_at = START + timedelta(seconds=second)
    Agent.objects.bulk_update(agents, ["created_at"])


def walk(api: APIClient, url: str | None, link: str = "next") -> list[list[str]]:
    pages = []
    while url:
        page = api.get(url).json()
        assert list(page) == ["next", "previous", "results"]
        pages.append([row["id"] for row in page["results"]])
        url = page[link]
    return pages


@settings(max_examples=25)
@given(seconds=st.lists(st.integers(0, 4), max_size=25), limit=st.integers(1, 9))
def test_walking_there_and_back_gives_every_row_once(
    api: APIClient, acme: Workspace, seconds: list[int], limit: int
) -> None:
    Agent.objects.all().delete()
    fill(acme, seconds)
    expected = [str(agent.id) for agent in Agent.objects.order_by("-created_at", "-id")]
    pages = walk(api, f"/v1/probes?limit={limit}")
    assert list(chain(*pages)) == expected
    assert all(len(page) == limit for page in pages[:-1])
    last = api.get(f"/v1/probes?limit={limit}").json()
    while last["next"]:
        last = api.get(last["next"]).json()
    assert walk(api, last["previous"], "previous")[::-1] == pages[:-1]


def test_a_row_added_meanwhile_shifts_nothing(api: APIClient, acme: Workspace) -> None:
    fill(acme, [1, 2, 3, 4])
    first = api.get("/v1/probes?limit=2").json()
    fill(acme, [9])
    second = api.get(first["next"]).json()
    assert [row["name"] for row in first["results"] + second["results"]] == ["3", "2", "1", "0"]
    newer = api.get(second["previous"]).json()
    assert newer["results"] == first["results"]
    assert api.get(newer["previous"]).json()["results"][0]["name"] == "0"


def test_links_are_absolute_and_keep_the_other_parameters(api: APIClient, acme: Workspace) -> None:
    fill(acme, [1, 2])
    page = api.get("/v1/probes?limit=1&name=a").json()
    assert page["previous"] is None
    assert page["next"].startswith("http://testserver/v1/probes?")
    assert "limit=1" in page["next"]
    assert "name=a" in page["next"]


def test_a_page_is_50_unless_asked(api: APIClient, acme: Workspace) -> None:
    fill(acme, [1] * 60)
    assert len(api.get("/v1/probes").json()["results"]) == 50
    assert len(api.get("/v1/probes?limit=200").json()["results"]) == 60


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.5", "ten", "9" * 30, "١", "%00"])
def test_a_wrong_limit_is_400(api: APIClient, limit: str) -> None:
    assert fields(api.get(f"/v1/probes?limit={limit}")) == {"limit": "out_of_range"}


@pytest.mark.parametrize("cursor", ["x", "é", "%00", "A" * 33, "=" * 34, "_" * 34, "A" * 5000])
def test_a_wrong_cursor_is_400(api: APIClient, cursor: str) -> None:
    assert fields(api.get(f"/v1/probes?cursor={cursor}&limit=0")).get("cursor") == "invalid_cursor"


@given(st.builds(Cursor, st.booleans(), st.datetimes(timezones=st.just(UTC)), st.uuids()))
def test_a_cursor_says_where_it_was_made(cursor: Cursor) -> None:
    assert Cursor.decode(cursor.encode()) == cursor


@given(st.text(max_size=60) | st.text("ABCxyz019-_", min_size=34, max_size=34))
def test_no_text_breaks_a_cursor(text: str) -> None:
    with suppress(NotACursor):
        assert Cursor.decode(text).encode() == text


def test_a_deep_page_is_found_by_the_index(api: APIClient, acme: Workspace, globex: Workspace) -> None:
    fill(acme, [1, 2, 3])
    fill(globex, [0] * 300)
    middle = Agent.objects.filter(workspace=acme).order_by("created_at")[1]
    with CaptureQueriesContext(connection) as queries:
        api.get(f"/v1/probes?cursor={Cursor(False, middle.created_at, middle.id).encode()}")
    sql = next(query["sql"] for query in queries if "telephony_agent" in query["sql"])
    assert "OFFSET" not in sql
    plan = explain(sql)
    assert "agent_list" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def explain(sql: str) -> str:
    """Return the plan; on PostgreSQL the one of a large table, for it reads a small one whole."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE telephony_agent")
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
            )
        cursor.execute(("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + sql)
        return "\n".join(str(row) for row in cursor.fetchall())
