"""`/v1/do-not-call`."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import ApiKey, Workspace
from calls.do_not_call.erased_numbers import hashed
from calls.models import DoNotCall
from tests.conftest import ApiFor

LIST = "/v1/do-not-call"
ONE, TWO = "+12025550142", "+12025550199"


def details(answer: Any) -> list[tuple[str | None, str]]:
    assert answer.status_code == 400, answer.content
    return [(detail["field"], detail["code"]) for detail in answer.json()["error"]["details"]]


def upload(api: APIClient, text: str | bytes) -> Any:
    return api.post(f"{LIST}/import", text, content_type="text/csv")


def figures(answer: Any) -> tuple[int, ...]:
    assert answer.status_code in (200, 201), answer.content
    body = answer.json()
    assert body["numbers"] == body["added"] + body["known"] + body["duplicates"] + body["failed"]
    return tuple(body[name] for name in ("numbers", "added", "known", "duplicates", "failed"))


def test_numbers_are_added_listed_found_and_removed(api: APIClient) -> None:
    answer = api.post(LIST, {"numbers": [ONE, TWO, ONE], "note": "Asked on the phone"})
    assert (answer.status_code, answer.json()) == (201, {"added": 2, "known": 0})
    assert api.post(LIST, {"numbers": [TWO]}).json() == {"added": 0, "known": 1}
    assert {one["number"] for one in api.get(LIST).json()["results"]} == {ONE, TWO}
    assert [one["number"] for one in api.get(f"{LIST}?number={ONE}").json()["results"]] == [ONE]
    assert api.get(f"{LIST}/{TWO}").json()["note"] == "Asked on the phone"
    assert api.delete(f"{LIST}/{TWO}").status_code == 204
    assert api.get(f"{LIST}/{TWO}").status_code == api.delete(f"{LIST}/{TWO}").status_code == 404


def test_each_entry_names_the_key_that_added_it(api: APIClient) -> None:
    api.post(LIST, {"numbers": [ONE]})
    upload(api, TWO)
    for number in (ONE, TWO):
        entry = api.get(f"{LIST}/{number}").json()
        assert (entry["listedBy"], entry["addedBy"]) == ("api", ApiKey.objects.get().name)


def test_wrong_numbers_are_named_and_nothing_is_added(api: APIClient) -> None:
    assert details(api.post(LIST, {"numbers": [ONE, "0202", "+0"]})) == [
        ("numbers[1]", "too_short"), ("numbers[2]", "invalid"),
    ]  # fmt: skip
    assert details(api.post(LIST, {})) == [("numbers", "required")]
    assert details(api.post(LIST, {"numbers": [], "note": "x" * 201})) == [
        ("numbers", "min_length"), ("note", "max_length"),
    ]  # fmt: skip
    assert not DoNotCall.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        f"number,note\n{ONE},Moved\n\n{TWO}\n",
        f"\ufeffNummer;Notiz\r\n{ONE};Moved\r\n{TWO};\r\n",
        f'{ONE},"Moved"\n{TWO}',
    ],
)
def test_a_file_is_read_as_spreadsheets_write_it(api: APIClient, text: str) -> None:
    assert figures(upload(api, text)) == (2, 2, 0, 0, 0)
    assert dict(DoNotCall.objects.values_list("number", "note")) == {ONE: "Moved", TWO: ""}


def test_wrong_lines_of_a_file_are_named_and_nothing_is_added(api: APIClient) -> None:
    wrong = details(upload(api, f"number\n{ONE}\n0049\nfoo\n"))
    assert wrong == [("line 3", "too_short"), ("line 4", "letters")]
    assert not DoNotCall.objects.exists()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("number,note\n", "empty"),
        ("", "empty"),
        ("name,note\nAnna,Moved\n", "no_number_column"),
        (b"\xff\xfe", "empty"),
        (b"\xff\xfe+", "encoding"),
        (f"{ONE}\0", "null_characters"),
        (b"PK\x03\x04 a workbook", "not_csv"),
    ],
)
def test_what_is_no_list_is_refused(api: APIClient, data: str | bytes, code: str) -> None:
    assert details(upload(api, data)) == [(None, code)]


def test_a_file_is_sent_as_csv(api: APIClient) -> None:
    assert api.post(f"{LIST}/import", {"numbers": [ONE]}).status_code == 415


def test_a_long_file_tells_its_first_findings(api: APIClient) -> None:
    assert len(details(upload(api, "number\n" + "x\n" * 5000))) == 100


def test_a_number_that_was_erased_is_still_found_and_removed(api: APIClient, acme: Workspace) -> None:
    DoNotCall.objects.create(workspace=acme, number=hashed(ONE))
    assert api.get(f"{LIST}/{ONE}").json()["number"].startswith("#")
    assert len(api.get(f"{LIST}?number={ONE}").json()["results"]) == 1
    assert api.delete(f"{LIST}/{ONE}").status_code == 204
    assert not DoNotCall.objects.exists()


def test_an_outsider_sees_and_changes_only_its_own_list(
    api: APIClient, outsider_api: APIClient, globex: Workspace
) -> None:
    api.post(LIST, {"numbers": [ONE]})
    assert outsider_api.get(LIST).json()["results"] == []
    assert outsider_api.get(f"{LIST}/{ONE}").status_code == outsider_api.delete(f"{LIST}/{ONE}").status_code == 404
    outsider_api.post(LIST, {"numbers": [ONE]})
    assert list(DoNotCall.objects.values_list("workspace__name", flat=True).order_by("workspace__name")) == [
        "Acme", "Globex",
    ]  # fmt: skip


def test_scopes_of_reading_and_writing(api_for: ApiFor, acme: Workspace) -> None:
    reader, writer = api_for(acme, Scope.CALLS_READ), api_for(acme, Scope.CALLS_WRITE)
    assert writer.post(LIST, {"numbers": [ONE]}).status_code == 201
    assert writer.get(LIST).status_code == 403
    assert reader.get(LIST).status_code == 200
    assert reader.delete(f"{LIST}/{ONE}").status_code == reader.post(LIST, {"numbers": [TWO]}).status_code == 403
    assert upload(reader, ONE).status_code == 403
