"""Times on pages are those of the workspace they are about, and say so."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.models import Membership, User, Workspace
from calls.models import Call
from tests.admin.conftest import Browser
from tests.admin.rows import furnish

LIST = reverse("admin:calls_call_changelist")
NIGHT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


@pytest.fixture
def call(acme: Workspace) -> Call:
    """A call of the first minutes of a day in Berlin."""
    Workspace.objects.filter(pk=acme.pk).update(time_zone="Europe/Berlin")
    call: Call = furnish(acme)["calls_call"]
    Call.objects.filter(pk=call.pk).update(created_at=NIGHT)
    return call


def test_a_member_reads_the_workspaces_time(call: Call, acme_viewer: User, signed_in: Browser) -> None:
    assert "2026-03-02 00:30:00 CET" in signed_in(acme_viewer).get(LIST).content.decode()


def test_who_sees_several_zones_reads_utc_until_one_is_chosen(
    call: Call, acme: Workspace, globex: Workspace, acme_viewer: User, superuser: User, signed_in: Browser
) -> None:
    Membership.objects.create(user=acme_viewer, workspace=globex, role=Role.VIEWER)
    for person in (acme_viewer, superuser):
        client = signed_in(person)
        assert "2026-03-01 23:30:00 UTC" in client.get(LIST).content.decode()
        assert "2026-03-02 00:30:00 CET" in client.get(LIST, {"workspace__id__exact": str(acme.pk)}).content.decode()


def test_a_rows_page_is_in_its_workspaces_time(call: Call, superuser: User, signed_in: Browser) -> None:
    page = signed_in(superuser).get(reverse("admin:calls_call_change", args=[call.pk])).content.decode()
    assert "2026-03-02 00:30:00 CET" in page


@pytest.mark.parametrize(
    ("span", "found"),
    [
        ({"created_at_from_0": "2026-03-02"}, 1),
        ({"created_at_from_0": "2026-03-02", "created_at_from_1": "00:31"}, 0),
        ({"created_at_to_0": "2026-03-01"}, 0),
        ({"created_at_to_0": "2026-03-02"}, 1),
        ({"created_at_from_0": "tomorrow", "created_at_to_1": "25:99"}, 1),
        ({"created_at_from_0": "0001-01-01"}, 1),
    ],
)
def test_a_span_is_of_the_pages_zone_and_takes_dates_alone(
    span: dict[str, str], found: int, call: Call, acme_viewer: User, signed_in: Browser
) -> None:
    assert signed_in(acme_viewer).get(LIST, span).context["cl"].result_count == found
