"""The do-not-call list in the admin: one number, or a file of them, with what is wrong line by line."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ImportFile, User, Workspace
from accounts.services.import_files import purge_files
from calls.do_not_call.entries import add_numbers
from calls.models import DoNotCall
from tests.admin.conftest import Browser

LIST = reverse("admin:calls_donotcall_changelist")
ADD = reverse("admin:calls_donotcall_add")
IMPORT = reverse("admin:calls_donotcall_import")


@pytest.fixture
def client(acme_operator: User, signed_in: Browser) -> Client:
    return signed_in(acme_operator)


def numbers() -> set[str]:
    return set(DoNotCall.objects.values_list("number", flat=True))


def load(client: Client, workspace: Workspace, text: str | bytes) -> Any:
    """Post a file; the answer leads to its preview."""
    data = text.encode() if isinstance(text, str) else text
    return client.post(IMPORT, {"workspace": workspace.pk, "file": SimpleUploadedFile("list.csv", data)})


def bring_in(client: Client, workspace: Workspace, text: str, mode: str = "all") -> Any:
    """Upload a file and confirm its preview."""
    return client.post(load(client, workspace, text)["Location"], {"mode": mode})


def test_an_operator_adds_finds_and_removes_a_number(client: Client, acme: Workspace) -> None:
    client.post(ADD, {"workspace": acme.pk, "number": "+12025550123", "note": "asked on the phone"})
    row = DoNotCall.objects.get()
    assert (row.number, row.note) == ("+12025550123", "asked on the phone")
    assert client.get(LIST, {"q": "1 202 555-0123"}).context["cl"].result_count == 1
    assert client.get(LIST, {"q": "(202) 555"}).context["cl"].result_count == 1
    assert client.get(LIST, {"q": "203555"}).context["cl"].result_count == 0
    client.post(reverse("admin:calls_donotcall_delete", args=[row.pk]), {"post": "yes"})
    assert numbers() == set()


def test_who_added_a_number_stands_beside_it(client: Client, acme: Workspace, acme_operator: User) -> None:
    client.post(ADD, {"workspace": acme.pk, "number": "+12025550123", "note": ""})
    bring_in(client, acme, "+12025550001\n")
    page = client.get(LIST).content.decode()
    assert f"{acme_operator.email}, manually" in page
    assert f"{acme_operator.email}, file import" in page
    acme_operator.delete()
    assert {entry.who for entry in DoNotCall.objects.all()} == {""}


def test_a_wrong_number_and_one_that_is_there_are_refused(client: Client, acme: Workspace) -> None:
    add_numbers(acme, ["+12025550123"])
    for number in ("hello", "+12025550123"):
        answer = client.post(ADD, {"workspace": acme.pk, "number": number, "note": ""})
        assert answer.context["adminform"].form.errors, number
    assert numbers() == {"+12025550123"}


def test_a_file_is_previewed_imported_and_counted(client: Client, acme: Workspace) -> None:
    add_numbers(acme, ["+12025550001"])
    shown = load(client, acme, "number,note\n+12025550001,\n(202) 555-0002,by letter\n")["Location"]
    page = client.get(shown).content.decode()
    assert "2 rows for Acme" in page
    assert "<code>(202) 555-0002</code> becomes <code>+12025550002</code>" in page
    assert numbers() == {"+12025550001"}
    assert client.post(shown, {"mode": "all"})["Location"] == LIST
    assert "1 number added to Acme; 1 existed already" in client.get(LIST).content.decode()
    assert DoNotCall.objects.get(number="+12025550002").note == "by letter"
    assert not ImportFile.objects.exists()


def test_pasted_numbers_are_imported(client: Client, acme: Workspace) -> None:
    shown = client.post(IMPORT, {"workspace": acme.pk, "text": "+12025550001\n+12025550002"})["Location"]
    client.post(shown, {"mode": "all"})
    assert numbers() == {"+12025550001", "+12025550002"}


def test_wrong_lines_are_named_and_the_good_ones_are_imported_on_request(client: Client, acme: Workspace) -> None:
    shown = load(client, acme, "+12025550001\n=12\n+1202555000x\n")["Location"]
    page = client.get(shown).content.decode()
    assert "Line 2: " in page
    assert "Line 3: " in page
    client.post(shown, {"mode": "all"})
    assert numbers() == set()
    assert client.post(shown, {"mode": "good"})["Location"] == shown
    assert numbers() == {"+12025550001"}
    bad = client.get(f"{shown}bad-rows.csv")
    assert bad["Content-Type"].startswith("text/csv")
    assert "'=12" in bad.content.decode("utf-8-sig")
    client.post(shown, {"mode": "good"})
    assert "already imported" in client.get(shown).content.decode()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\xff\xfe\x00", "UTF-8"),
        (b"", "empty"),
        (b"number\n", "no number"),
        (b"+12025550001,a\x00note\n", "null characters"),
        (b"PK\x03\x04", "workbook"),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, word: str, client: Client, acme: Workspace) -> None:
    assert word in load(client, acme, data).content.decode()


def test_a_file_that_is_too_large_is_refused(client: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.admin.file_import.MOST_BYTES", 10)
    assert "Split it" in load(client, acme, "+12025550001\n").content.decode()


def test_a_file_is_its_uploaders_alone_and_for_an_hour(
    client: Client, acme: Workspace, acme_owner: User, outsider: User, signed_in: Browser
) -> None:
    shown = load(client, acme, "+12025550001\n")["Location"]
    for other in (acme_owner, outsider):
        stranger = signed_in(other)
        assert stranger.get(shown).status_code == stranger.post(shown, {"mode": "all"}).status_code == 404
        assert stranger.get(f"{shown}bad-rows.csv").status_code == 404
    ImportFile.objects.update(expires_at=timezone.now())
    assert client.post(shown, {"mode": "all"}).status_code == 404
    purge_files()
    assert not ImportFile.objects.exists()
    assert numbers() == set()


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
