"""The health page shows the findings of the last check of the user's workspaces, and requests another."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from telephony.models import HealthCheck
from telephony.services import health_checks
from telephony.tasks import check_health
from tests.admin.conftest import Browser
from voxa.core.doctor import registry
from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.registry import Group

OURS = Finding("trunks.failed", "Trunk Main failed.", "Correct its password.", page="/admin/x/", workspace="acme")
THEIRS = Finding("trunks.failed", "Trunk Other failed.", "Correct it.", workspace="globex")
SHARED = Finding("trunks.unfinished", "Trunks could not be checked.", "Check the database.", Severity.WARNING)


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """What the checks find."""
    findings = [OURS, THEIRS, SHARED]
    check = registry.Check(Group.TRUNKS, lambda scope: list(findings), needs_database=False)
    monkeypatch.setattr(health_checks, "checks", lambda: [check])
    monkeypatch.setattr("voxa.core.doctor.run.checks", lambda groups: [])
    return findings


@pytest.fixture
def checked(found: list[Finding], acme: Workspace, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        check_health()


def page(client: Client) -> str:
    return " ".join(client.get(reverse("health")).content.decode().split())


def test_before_the_first_check(acme_owner: User, signed_in: Browser) -> None:
    assert "Not checked yet" in page(signed_in(acme_owner))


def test_a_superuser_sees_all_with_their_workspaces(checked: None, superuser: User, signed_in: Browser) -> None:
    html = page(signed_in(superuser))
    for words in (OURS.what, OURS.remedy, 'href="/admin/x/"', THEIRS.what, "workspace globex", SHARED.what):
        assert words in html
    assert "2 findings that affect calls" in html


def test_an_owner_sees_those_of_his_workspaces(checked: None, acme_owner: User, signed_in: Browser) -> None:
    html = page(signed_in(acme_owner))
    assert OURS.what in html
    assert THEIRS.what not in html
    assert SHARED.what not in html
    assert "1 finding that affects calls" in html


def test_the_home_page_and_the_menu_count_them(checked: None, acme_owner: User, signed_in: Browser) -> None:
    home = signed_in(acme_owner).get(reverse("admin:index"))
    (tile,) = [tile for tile in home.context["board"].tiles if tile.link == reverse("health")]
    assert (tile.count, tile.note, tile.color) == ("1", "1 affecting calls", "danger")
    (item,) = [item for item in home.context["sidebar_navigation"][0]["items"] if item["title"] == "Health"]
    assert item["badge"] == "1"


def test_check_now_checks_the_workspace(
    checked: None,
    found: list[Finding],
    acme: Workspace,
    acme_operator: User,
    signed_in: Browser,
    django_capture_on_commit_callbacks: Any,
) -> None:
    found.remove(OURS)
    client = signed_in(acme_operator)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("health")).status_code == 302
    assert list(HealthCheck.objects.values_list("workspace", flat=True).order_by("pk")) == [None, acme.pk]
    assert "No problems found" in page(client)


def test_a_running_check_is_shown_and_not_requested_again(
    checked: None, superuser: User, signed_in: Browser, django_capture_on_commit_callbacks: Any
) -> None:
    HealthCheck.objects.update(requested_at=timezone.now(), finished_at=timezone.now() - timedelta(minutes=1))
    client = signed_in(superuser)
    with django_capture_on_commit_callbacks() as sent:
        client.post(reverse("health"))
    assert not sent
    answer = client.get(reverse("health"))
    assert answer["Refresh"] == "3"
    assert "Checking" in answer.content.decode()


def test_a_check_runs_once(checked: None, found: list[Finding]) -> None:
    row = HealthCheck.objects.get()
    found.clear()
    health_checks.run_check(row.pk)
    assert len(HealthCheck.objects.get().findings) == 3


def test_who_may_only_view_cannot_check(acme_viewer: User, signed_in: Browser) -> None:
    assert signed_in(acme_viewer).post(reverse("health")).status_code == 403
    assert not HealthCheck.objects.exists()


def test_nobody_without_signing_in(client: Client, db: None) -> None:
    assert client.get(reverse("health")).status_code == 302
