"""The do-not-call list in the admin: one number, or a file of them, with what is wrong line by line."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from calls.models import DoNotCall
from calls.services.do_not_call import add_numbers
from tests.admin.conftest import Browser

LIST = reverse("admin:calls_donotcall_changelist")
ADD = reverse("admin:calls_donotcall_add")
IMPORT = reverse("admin:calls_donotcall_import")


@pytest.fixture
def client(acme_operator: User, signed_in: Browser) -> Client:
    return signed_in(acme_operator)


def numbers() -> set[str]:
    return set(DoNotCall.objects.values_list("number", flat=True))


def load(client: Client, workspace: Workspace, text: str | bytes, **more: Any) -> Any:
    """Post a file."""
    data = text.encode() if isinstance(text, str) else text
    return client.post(IMPORT, {"workspace": workspace.pk, "file": SimpleUploadedFile("list.csv", data), **more})


def test_an_operator_adds_finds_and_removes_a_number(client: Client, acme: Workspace) -> None:
    client.post(ADD, {"workspace": acme.pk, "number": "+12025550123", "note": "asked on the phone"})
    row = DoNotCall.objects.get()
    assert (row.number, row.note) == ("+12025550123", "asked on the phone")
    assert client.get(LIST, {"q": "1 202 555-0123"}).context["cl"].result_count == 1
    assert client.get(LIST, {"q": "1202555"}).context["cl"].result_count == 0
    client.post(reverse("admin:calls_donotcall_delete", args=[row.pk]), {"post": "yes"})
    assert numbers() == set()


def test_who_added_a_number_stands_beside_it(client: Client, acme: Workspace, acme_operator: User) -> None:
    client.post(ADD, {"workspace": acme.pk, "number": "+12025550123", "note": ""})
    load(client, acme, "+12025550001\n")
    page = client.get(LIST).content.decode()
    assert f"{acme_operator.email}, by hand" in page
    assert f"{acme_operator.email}, from a file" in page
    acme_operator.delete()
    assert {entry.who for entry in DoNotCall.objects.all()} == {""}


def test_a_wrong_number_and_one_that_is_there_are_refused(client: Client, acme: Workspace) -> None:
    add_numbers(acme, ["+12025550123"])
    for number in ("hello", "+12025550123"):
        answer = client.post(ADD, {"workspace": acme.pk, "number": number, "note": ""})
        assert answer.context["adminform"].form.errors, number
    assert numbers() == {"+12025550123"}


def test_a_file_is_imported_and_counted(client: Client, acme: Workspace) -> None:
    add_numbers(acme, ["+12025550001"])
    answer = load(client, acme, "number,note\n+12025550001,\n+12025550002,by letter\n")
    assert answer["Location"] == LIST
    assert "1 added to the list of Acme, 1 stood there before." in client.get(LIST).content.decode()
    assert DoNotCall.objects.get(number="+12025550002").note == "by letter"


def test_pasted_numbers_are_imported(client: Client, acme: Workspace) -> None:
    client.post(IMPORT, {"workspace": acme.pk, "text": "+12025550001\n+12025550002"})
    assert numbers() == {"+12025550001", "+12025550002"}


def test_wrong_lines_are_named_and_nothing_is_added(client: Client, acme: Workspace) -> None:
    answer = load(client, acme, "+12025550001\n12025550002\n+1202555000x\n")
    assert [finding.split(":")[0] for finding in answer.context["findings"]] == ["Line 2", "Line 3"]
    assert "Nothing was added" in answer.content.decode()
    assert numbers() == set()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\xff\xfe\x00", "UTF-8"),
        (b"", "empty"),
        (b"number\n", "no number"),
        (b"+12025550001,a\x00note\n", "null characters"),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, word: str, client: Client, acme: Workspace) -> None:
    assert word in load(client, acme, data).content.decode()


def test_a_file_that_is_too_large_is_refused(client: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calls.admin.do_not_call.MOST_BYTES", 10)
    assert "Split it" in load(client, acme, "+12025550001\n").content.decode()


def test_nothing_chosen_is_said(client: Client, acme: Workspace) -> None:
    assert "Choose a file, or paste" in client.post(IMPORT, {"workspace": acme.pk}).content.decode()


def test_a_viewer_reads_and_an_outsider_sees_nothing(
    acme: Workspace, acme_viewer: User, outsider: User, signed_in: Browser
) -> None:
    add_numbers(acme, ["+12025550001"])
    row = DoNotCall.objects.get()
    viewer, stranger = signed_in(acme_viewer), signed_in(outsider)
    assert "+12025550001" in viewer.get(LIST).content.decode()
    assert "+12025550001" not in stranger.get(LIST).content.decode()
    assert {viewer.get(url).status_code for url in (ADD, IMPORT)} == {403}
    assert load(viewer, acme, "+12025550002").status_code == 403
    assert "workspace" in load(stranger, acme, "+12025550002").context["form"].errors
    delete = reverse("admin:calls_donotcall_delete", args=[row.pk])
    assert viewer.post(delete, {"post": "yes"}).status_code == 403
    stranger.post(delete, {"post": "yes"})
    assert numbers() == {"+12025550001"}
