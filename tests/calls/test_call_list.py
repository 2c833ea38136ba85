"""Finding calls: filters, and pages that are complete whichever way they are turned."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from accounts.models import Workspace
from calls.models import Attempt, Call
from tests.calls.conftest import CALLEE, Line, make_line

CALLS = "/v1/calls"
OTHER = "+12025550124"
START = datetime(2026, 3, 1, tzinfo=UTC)


def found(api: APIClient, query: str) -> list[str]:
    answer = api.get(f"{CALLS}?{query}")
    assert answer.status_code == 200, answer.content
    return [call["id"] for call in answer.json()["results"]]


def put(call: Call, **fields: Any) -> str:
    Call.objects.filter(pk=call.pk).update(**fields)
    return str(call.pk)


def test_calls_are_found_by_each_of_their_sides(api: APIClient, line: Line, acme: Workspace) -> None:
    other = make_line(acme, "+12025550101")
    mine = put(line.place(), status="busy", created_at=START)
    theirs = put(other.place(), direction="inbound", created_at=START + timedelta(hours=1))
    assert found(api, "") == [theirs, mine]
    for query in (
        "status=busy",
        "direction=outbound",
        f"agentId={line.agent.pk}",
        f"trunkId={line.trunk.pk}",
        "createdBefore=2026-03-01T01:00:00Z",
        f"number={quote(line.number.number)}&status=busy",
    ):
        assert found(api, query) == [mine], query
    assert found(api, "createdAfter=2026-03-01T01:00:00Z") == [theirs]
    assert found(api, "status=busy&direction=inbound") == []


def test_a_number_is_found_whether_it_called_or_was_called(api: APIClient, line: Line) -> None:
    out = put(line.place(), created_at=START)
    back = put(line.place(), direction="inbound", from_number=CALLEE, to_number=line.number.number)
    put(line.place(OTHER))
    to_itself = put(line.place(), from_number=CALLEE, created_at=START - timedelta(days=1))
    assert found(api, f"number={quote(CALLEE)}") == [back, out, to_itself]
    assert found(api, f"number={CALLEE}") == [back, out, to_itself], "an unescaped + is understood"
    assert found(api, "number=+12025550999") == []
    assert api.get(f"{CALLS}?number=+1202").status_code == 400, "a part of a number is none"


@pytest.mark.parametrize("query", ["", f"number={quote(CALLEE)}", "status=queued"])
def test_pages_are_complete_forwards_and_backwards(api: APIClient, line: Line, query: str) -> None:
    for place in range(7):
        put(line.place(), created_at=START + timedelta(seconds=place // 2))  # some at the same time
        if place % 3 == 0:
            put(line.place(), from_number=CALLEE, to_number=OTHER, created_at=START + timedelta(seconds=place // 2))
    expected = [str(pk) for pk in Call.objects.order_by("-created_at", "-id").values_list("id", flat=True)]
    page = api.get(f"{CALLS}?limit=3&{query}").json()
    forwards = [call["id"] for call in page["results"]]
    while page["next"]:
        page = api.get(page["next"]).json()
        forwards += [call["id"] for call in page["results"]]
    backwards = [call["id"] for call in page["results"]]
    while page["previous"]:
        page = api.get(page["previous"]).json()
        backwards = [call["id"] for call in page["results"]] + backwards
    assert forwards == backwards == expected


def test_wrong_filters_are_named(api: APIClient) -> None:
    query = "status=done&direction=up&agentId=x&trunkId=x&createdAfter=then&createdBefore=now"
    answer = api.get(f"{CALLS}?{query}")
    assert answer.status_code == 400
    assert {detail["field"] for detail in answer.json()["error"]["details"]} == {
        "status", "direction", "agentId", "trunkId", "createdAfter", "createdBefore",
    }  # fmt: skip


def test_an_outsider_finds_nothing_by_any_filter(outsider_api: APIClient, line: Line) -> None:
    line.place()
    for query in (f"number={quote(CALLEE)}", f"agentId={line.agent.pk}", f"trunkId={line.trunk.pk}", "status=queued"):
        assert found(outsider_api, query) == []


def test_a_call_is_found_by_the_ids_that_carrier_and_livekit_know(
    api: APIClient, line: Line, globex: Workspace
) -> None:
    mine = put(line.place(), sip_call_id="8a1f@198.51.100.7", livekit_call_id="SCL_1")
    earlier = line.place()
    Attempt.objects.create(
        call=earlier, number=1, room_name="call-x-1", sip_call_id="77@198.51.100.7", started_at=START
    )
    put(make_line(globex, "+12025550102").place(), sip_call_id="8a1f@198.51.100.7", livekit_call_id="SCL_1")
    assert found(api, "sipCallId=8a1f@198.51.100.7") == found(api, "livekitCallId=SCL_1") == [mine]
    assert found(api, "sipCallId=77@198.51.100.7") == [str(earlier.pk)]
    assert found(api, "sipCallId=SCL_1") == found(api, "livekitCallId=unknown") == []
