"""The call list finds calls by own number, talk time, cost, words of the transcript, and a part of a number."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from calls.admin import call_filters
from calls.models import Call, TranscriptItem
from calls.search_indexes import numbers_indexed
from telephony.models import PhoneNumber, TelephonySettings
from tests.admin.conftest import Browser
from tests.calls.conftest import Line, make_line

LIST = reverse("admin:calls_call_changelist")


@pytest.fixture
def line(acme: Workspace) -> Line:
    return make_line(acme)


@pytest.fixture
def client(acme_viewer: User, signed_in: Browser) -> Client:
    return signed_in(acme_viewer)


def found(client: Client, **query: Any) -> list[str]:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return sorted(call.to_number[-1] for call in answer.context["cl"].result_list)


def talked(line: Line, *seconds: int) -> list[Call]:
    """Outbound calls of these durations, to numbers that end with their places."""
    calls, now = [line.place(to=f"+1202555017{n}") for n in range(len(seconds))], timezone.now()
    for call, lasted in zip(calls, seconds, strict=True):
        Call.objects.filter(pk=call.pk).update(duration_seconds=lasted, answered_at=now)
    return calls


def test_talk_time(line: Line, client: Client) -> None:
    talked(line, 10, 60, 300)
    assert found(client, duration_from="60") == ["1", "2"]
    assert found(client, duration_to="60") == ["0", "1"]
    assert found(client, duration_from="11", duration_to="299.5") == ["1"]


@pytest.mark.parametrize("value", ["x", "NaN", "Infinity", "-", "1e400", "1e999999", "-1e999999"])
@pytest.mark.parametrize("name", ["duration_from", "cost_to"])
def test_what_is_no_amount_finds_nothing_and_fails_nothing(line: Line, client: Client, name: str, value: str) -> None:
    talked(line, 10)
    assert found(client, **{name: value}) in ([], ["0"])


def test_cost_is_that_of_the_workspaces_price(line: Line, client: Client, acme: Workspace) -> None:
    talked(line, 10, 60, 300)
    assert found(client, cost_from="0.01") == []  # no price
    TelephonySettings.objects.filter(workspace=acme).update(price_per_minute=Decimal("0.10"), currency="EUR")
    assert found(client, cost_from="0.10", cost_to="0.10") == ["1"]
    assert found(client, cost_from="0.05") == ["1", "2"]
    Call.objects.update(direction="inbound")
    assert found(client, cost_from="0.05") == []
    Call.objects.update(direction="outbound")
    page = client.get(reverse("admin:calls_call_change", args=[Call.objects.get(duration_seconds=300).pk]))
    assert "0.5 EUR" in page.content.decode()


def test_own_number(line: Line, client: Client, outsider: User, signed_in: Browser) -> None:
    calls, number = talked(line, 10, 60), PhoneNumber.objects.get()
    Call.objects.filter(pk=calls[0].pk).update(number=None)
    assert found(client, number__id__exact=str(number.pk)) == ["1"]
    theirs = signed_in(outsider).get(LIST, {"number__id__exact": str(number.pk)})
    assert number.number not in theirs.content.decode()


def test_words_of_the_transcript(line: Line, client: Client, outsider: User, signed_in: Browser) -> None:
    calls, now = talked(line, 10, 60), timezone.now()
    for call, text in zip(calls, ("I want a refund, please.", "Gewährleistung"), strict=True):
        TranscriptItem.objects.create(call=call, speaker="caller", text=text, started_at=now, ended_at=now)
    assert found(client, said="REFUND") == ["0"]
    assert found(client, said="refund, pl") == ["0"]
    assert found(client, said="währ") == ["1"]
    assert found(client, said="%") == []
    assert client.get(LIST, {"said": "\0"}).status_code < 500
    assert found(signed_in(outsider), said="refund") == []


@pytest.mark.postgres
def test_words_of_old_calls_are_found_by_an_index(line: Line, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    call, now = talked(line, 10)[0], timezone.now()
    TranscriptItem.objects.create(call=call, speaker="caller", text="A full refund!", started_at=now, ended_at=now)
    monkeypatch.setattr("calls.selectors.READ_THROUGH", 0)
    assert found(client, said="full refund") == ["0"]
    assert found(client, said="refund full") == []


@pytest.mark.postgres
def test_a_part_of_a_number_is_found_among_all_calls(
    line: Line, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert numbers_indexed()
    talked(line, 10, 60)
    monkeypatch.setattr(call_filters, "LOOKED_THROUGH", 0)
    assert found(client, q="0170") == ["0"]
    assert found(client, q="55-0171") == ["1"]


def test_the_page_names_its_time_zone(line: Line, client: Client, acme: Workspace) -> None:
    Workspace.objects.filter(pk=acme.pk).update(time_zone="Europe/Berlin")
    assert "Times in Europe/Berlin" in client.get(LIST).content.decode()


def test_filters_keep_the_query_budget(line: Line, client: Client, django_assert_max_num_queries: Any) -> None:
    talked(line, 10, 60)
    TelephonySettings.objects.update(price_per_minute=1)
    with django_assert_max_num_queries(12):
        assert found(client, duration_from="1", cost_from="0.1", said="x") == []


def test_calls_of_a_day_ago_stay_findable(line: Line, client: Client) -> None:
    talked(line, 10)
    Call.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert found(client, q="0170") == ["0"]
