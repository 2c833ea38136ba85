"""`POST /v1/do-not-call/import`: every cell of a file is accounted for."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from calls.do_not_call.erased_numbers import hashed
from calls.models import DoNotCall
from tests.conftest import ApiFor

IMPORT = "/v1/do-not-call/import"
MIXED = "(202) 555-0131,By phone\n+12025550132,+12025550133\n1.20256E+10,=cmd()\n+12025550132\n"


def send(api: APIClient, data: str | bytes, query: str = "") -> Any:
    return api.post(IMPORT + query, data, content_type="text/csv")


def listed() -> dict[str, str]:
    return dict(DoNotCall.objects.values_list("number", "note"))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("(202) 555-0131\n(202) 555-0132\n", {"+12025550131", "+12025550132"}),
        ("+12025550141,+12025550142\n", {"+12025550141", "+12025550142"}),
        ("2025550131\tMoved\n", {"+12025550131"}),
        ("note|phone number\nMoved|202-555-0131\n", {"+12025550131"}),
        ("Name;MSISDN;Comment\nAnna;12025550131;Moved\n", {"+12025550131"}),
        ("number\n12025550131.0\n1.2025550132E+10\n'+12025550133\n\u00a0+12025550134\u00a0\n", {
            "+12025550131", "+12025550132", "+12025550133", "+12025550134",
        }),
        ("number\n442079460111\n0044 20 7946 0112\n", {"+442079460111", "+442079460112"}),
    ],
)  # fmt: skip
def test_what_people_type_is_read(api: APIClient, text: str, numbers: set[str]) -> None:
    assert send(api, text).status_code == 201
    assert set(listed()) == numbers


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_is_found_out(api: APIClient, encoding: str) -> None:
    assert send(api, "number;note\r\n+12025550131;Müller, zu spät\r\n".encode(encoding)).status_code == 201
    assert listed() == {"+12025550131": "Müller, zu spät"}


def test_a_preview_tells_what_would_be_done_and_does_nothing(api: APIClient) -> None:
    answer = send(api, MIXED, "?preview=true")
    body = answer.json()
    assert (answer.status_code, body["preview"], body["rows"], body["numbers"]) == (200, True, 4, 5)
    assert (body["added"], body["known"], body["duplicates"], body["failed"]) == (3, 0, 1, 1)
    assert body["changes"] == [{"line": 1, "given": "(202) 555-0131", "number": "+12025550131"}]
    assert [(failure["line"], failure["code"]) for failure in body["failures"]] == [(3, "rounded")]
    assert listed() == {}


def test_all_rows_or_none_unless_the_good_ones_are_asked_for(api: APIClient) -> None:
    answer = send(api, MIXED)
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["field"] == "line 3"
    assert answer.json()["error"]["message"].startswith("1 of 4 rows is invalid, and nothing was added.")
    assert listed() == {}
    body = send(api, MIXED, "?mode=good").json()
    assert (body["added"], body["failed"], len(listed())) == (3, 1, 3)


def test_the_file_of_bad_rows_is_safe_in_a_spreadsheet_and_can_be_sent_again(api: APIClient) -> None:
    bad = send(api, MIXED, "?mode=good").json()["failedFile"]
    assert "'=cmd()" in bad
    assert ",=" not in bad
    again = send(api, bad.replace("1.20256E+10", "12025550135"))
    assert again.status_code == 201, again.content
    assert listed()["+12025550135"] == "=cmd()"


def test_a_quote_that_stays_open_costs_its_own_row_alone(api: APIClient) -> None:
    text = '+12025550131,"open\n+12025550132,x\n+12025550133,"y"\n'
    body = send(api, text, "?mode=good").json()
    assert [(failure["line"], failure["code"]) for failure in body["failures"]] == [(1, "quote")]
    assert set(listed()) == {"+12025550132", "+12025550133"}


def test_numbers_that_are_there_stay_as_they_are(api: APIClient, acme: Workspace) -> None:
    DoNotCall.objects.create(workspace=acme, number="+12025550131", note="First")
    DoNotCall.objects.create(workspace=acme, number=hashed("+12025550132"))
    body = send(api, "+12025550131,Second\n2025550132\n+12025550133\n").json()
    assert (body["added"], body["known"]) == (1, 2)
    assert listed()["+12025550131"] == "First"


def test_national_numbers_are_read_by_the_workspaces_country(api: APIClient, acme: Workspace) -> None:
    acme.country = "DE"
    acme.save()
    send(api, "030 901820\n")
    assert set(listed()) == {"+4930901820"}


def test_columns_that_are_not_imported_are_named(api: APIClient) -> None:
    assert send(api, "name,phone,city\nAnna,2025550131,Rome\n").json()["ignoredColumns"] == ["name", "city"]


@pytest.mark.parametrize("query", ["?mode=some", "?preview=perhaps"])
def test_a_wrong_way_of_importing_is_refused(api: APIClient, query: str) -> None:
    assert send(api, "+12025550131\n", query).status_code == 400
    assert listed() == {}


def test_a_reader_imports_and_previews_nothing(api_for: ApiFor, acme: Workspace) -> None:
    reader = api_for(acme, Scope.CALLS_READ)
    assert (
        send(reader, "+12025550131\n").status_code == send(reader, "+12025550131\n", "?preview=true").status_code == 403
    )
    assert listed() == {}
