"""New calls announce themselves on the call list, and only those that its filters show."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from calls.models import Call
from tests.admin.conftest import Browser
from tests.calls.conftest import Line, make_line

LIST, NEWER = reverse("admin:calls_call_changelist"), reverse("admin:calls_call_newer")


@pytest.fixture
def line(acme: Workspace) -> Line:
    return make_line(acme)


@pytest.fixture
def client(acme_viewer: User, signed_in: Browser) -> Client:
    return signed_in(acme_viewer)


def asked(client: Client, known: int = 0, **query: str) -> tuple[int, str]:
    since = (timezone.now() - timedelta(minutes=1)).isoformat()
    answer = client.get(NEWER, {"since": since, "known": str(known), **query})
    return answer.status_code, answer.content.decode()


def test_the_list_polls_and_announces_in_a_live_region(line: Line, client: Client) -> None:
    line.place()
    page = client.get(LIST, {"direction__exact": "inbound"}).content.decode()
    assert 'id="vx-newer" class="vx-newer" role="status" aria-live="polite"' in page
    assert f"{NEWER}?since=" in page
    assert "new call<" not in page


def test_new_calls_are_counted_once(line: Line, client: Client) -> None:
    assert asked(client)[0] == 204
    line.place()
    assert "1 new call<" in asked(client)[1]
    line.place()
    assert "2 new calls" in asked(client, known=1)[1]
    assert asked(client, known=2)[0] == 204
    Call.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert asked(client, known=0)[0] == 204


def test_only_calls_of_the_filters_count_and_the_button_keeps_them(line: Line, client: Client) -> None:
    line.place()
    assert asked(client, direction__exact="inbound")[0] == 204
    _, html = asked(client, direction__exact="outbound")
    assert f"{LIST}?direction__exact=outbound" in html


def test_an_outsider_hears_of_none(line: Line, outsider: User, signed_in: Browser) -> None:
    line.place()
    assert asked(signed_in(outsider))[0] == 204
    assert asked(Client())[0] == 302


@pytest.mark.parametrize("since", ["", "x", "2026-01-01", "2026-13-01T00:00:00+00:00", "0001-01-01T00:00:00+14:00"])
def test_a_malformed_time_is_a_400(client: Client, since: str) -> None:
    assert client.get(NEWER, {"since": since}).status_code == 400
