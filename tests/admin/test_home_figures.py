"""The live figures of the home page: whose calls they count, and what they say of trunks and webhooks."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, WebhookEndpoint, Workspace
from calls.choices import Reason
from calls.models import Call, Conversation
from calls.services.trunk_health import note_calls
from telephony.models import TelephonySettings
from tests.admin.conftest import Browser
from tests.calls.conftest import Line, make_line

FIGURES = reverse("home_figures")


@pytest.fixture
def line(acme: Workspace) -> Line:
    line, now = make_line(acme), timezone.now()
    for status, reason, seconds in (("completed", "callee_hung_up", 90), ("failed", Reason.CARRIER_AUTH, None)):
        call = line.place()
        answered = now - timedelta(minutes=3) if seconds else None
        values: dict[str, Any] = {
            "started_at": answered and answered - timedelta(seconds=4),
            "answered_at": answered,
            "ended_at": now,
        }
        values |= {"trunk": line.trunk, "duration_seconds": seconds, "sip_status_code": None if seconds else 407}
        Call.objects.filter(pk=call.pk).update(status=status, reason=reason, **values)
    note_calls()
    return line


def test_calls_are_summed_up(line: Line, acme_viewer: User, signed_in: Browser) -> None:
    answer = signed_in(acme_viewer).get(FIGURES)
    assert dict(answer.context["totals"]) == {
        "Calls ended": "2",
        "Answer rate": "50%",
        "Average duration": "1 min 30 s",
        "Average time to answer": "4 s",
        "Response latency": "None yet",
        "Minutes": "2",
    }
    counts = [bar["counts"] for bar in answer.context["bars"]]
    assert (len(counts), sum(one["answered"] for one in counts), sum(one["failed"] for one in counts)) == (24, 1, 1)


def test_latency_and_cost_are_summed_up(line: Line, acme_viewer: User, signed_in: Browser) -> None:
    talked = Call.objects.get(status="completed")
    Conversation.objects.create(call=talked, measures={"turns": 4, "turnSecondsMedian": 0.84})
    Conversation.objects.create(call=Call.objects.get(status="failed"))
    TelephonySettings.objects.filter(workspace=line.workspace).update(price_per_minute="0.0400", currency="EUR")
    totals = dict(signed_in(acme_viewer).get(FIGURES).context["totals"])
    assert (totals["Response latency"], totals["Cost"], totals["Calls ended"]) == ("0.8 s", "0.06 EUR", "2")


def test_a_refresh_is_announced_once_a_minute(line: Line, acme_viewer: User, signed_in: Browser) -> None:
    client = signed_in(acme_viewer)
    said = 'id="vx-figures-said"'
    assert f'role="status" aria-live="polite" {said}' in client.get(reverse("admin:index")).content.decode()
    told = client.get(FIGURES).content.decode().partition(f'{said} hx-swap-oob="innerHTML">')[2]
    assert re.match(r"Figures of \d\d:\d\d: 0 live<", told)


def test_a_trunk_has_its_answer_rate_and_last_sip_error(line: Line, acme_viewer: User, signed_in: Browser) -> None:
    html = " ".join(signed_in(acme_viewer).get(FIGURES).content.decode().split())
    assert '50%</span><span class="vx-quiet">of 2 calls' in html
    assert "407 Proxy Authentication Required" in html
    assert "Updated " in html


def test_a_failing_webhook_is_named(line: Line, acme_viewer: User, signed_in: Browser) -> None:
    url = "https://hooks.acme.example/calls"
    WebhookEndpoint.objects.create(
        workspace=line.workspace, url=url, event_types=["call.completed"], secret="s", failing_since=timezone.now()
    )
    assert url in signed_in(acme_viewer).get(FIGURES).content.decode()


def test_an_outsider_sees_none_of_it(line: Line, outsider: User, signed_in: Browser) -> None:
    answer = signed_in(outsider).get(FIGURES)
    assert (dict(answer.context["totals"])["Calls ended"], answer.context["trunks"]) == ("0", [])
    assert answer.context["processes"] == []
    alone = User.objects.create_user("alone@voxa.example", "a long password", is_staff=True)
    assert signed_in(alone).get(FIGURES).status_code == 403


def test_it_costs_few_queries(
    line: Line, superuser: User, signed_in: Browser, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(superuser)
    with django_assert_max_num_queries(12):
        assert client.get(FIGURES).status_code == 200


def test_the_home_page_polls_them(line: Line, acme_viewer: User, signed_in: Browser) -> None:
    html = signed_in(acme_viewer).get(reverse("admin:index")).content.decode()
    assert f'hx-get="{FIGURES}" hx-trigger="load, every 15s"' in html


@pytest.mark.parametrize(("sandbox", "titles"), [(True, ["Dispatchers"]), (False, ["Dispatchers", "Agent workers"])])
def test_a_sandbox_misses_no_agent_worker(
    line: Line, superuser: User, signed_in: Browser, settings: Any, sandbox: bool, titles: list[str]
) -> None:
    settings.LIVEKIT_IS_SANDBOX = sandbox
    answer = signed_in(superuser).get(FIGURES)
    assert [title for title, _ in answer.context["processes"]] == titles
