"""A hang-up waits in no queue: LiveKit is asked in the request, and a worker only where that did not do."""

import socket
import time
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from calls.choices import CallStatus, Reason
from calls.models import Call
from calls.services import hangup
from calls.services.conversations import Report, take_report
from telephony.models import LiveKitProject
from tests.calls.conftest import Line

pytestmark = pytest.mark.django_db(transaction=True)
CALLS = "/v1/calls"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was left to a worker; none takes it here, as if all were busy."""
    names: list[str] = []
    monkeypatch.setattr(hangup, "publish", lambda name, *args: names.append(name))
    return names


@pytest.fixture
def silent() -> Iterator[str]:
    """A LiveKit that accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"ws://127.0.0.1:{server.getsockname()[1]}"


def under_way(line: Line, status: CallStatus) -> Call:
    call = line.place()
    Call.objects.filter(pk=call.pk).update(
        status=status, room_name="call-1", answered_at=timezone.now() if status == CallStatus.IN_PROGRESS else None
    )
    return call


def by_api(action: str) -> Callable[[APIClient, Client, Call], object]:
    return lambda api, browser, call: api.post(f"{CALLS}/{call.pk}/{action}")


def by_admin(action: str) -> Callable[[APIClient, Client, Call], object]:
    return lambda api, browser, call: browser.post(reverse(f"admin:calls_call_{action}", args=[call.pk]))


def by_agent(api: APIClient, browser: Client, call: Call) -> object:
    return take_report(call, Report(end=Reason.AGENT_HUNG_UP))


WAYS = [
    pytest.param(by_api("hangup"), CallStatus.IN_PROGRESS, CallStatus.COMPLETED, id="api"),
    pytest.param(by_api("hangup"), CallStatus.RINGING, CallStatus.CANCELED, id="api-ringing"),
    pytest.param(by_api("cancel"), CallStatus.RINGING, CallStatus.CANCELED, id="api-cancel"),
    pytest.param(by_admin("hangup"), CallStatus.IN_PROGRESS, CallStatus.COMPLETED, id="admin"),
    pytest.param(by_admin("cancel"), CallStatus.DIALING, CallStatus.CANCELED, id="admin-cancel"),
    pytest.param(by_agent, CallStatus.IN_PROGRESS, CallStatus.COMPLETED, id="agent"),
]


@pytest.mark.parametrize(("way", "before", "after"), WAYS)
def test_it_takes_effect_though_no_worker_takes_anything(
    way: Callable[[APIClient, Client, Call], object],
    before: CallStatus,
    after: CallStatus,
    api: APIClient,
    client: Client,
    acme_owner: User,
    sink_line: Callable[..., Line],
    sent: list[str],
) -> None:
    client.force_login(acme_owner)
    call = under_way(sink_line(), before)
    way(api, client, call)
    call.refresh_from_db()
    assert (call.status, sent) == (after, [])


def test_a_livekit_that_does_not_answer_costs_two_seconds_and_a_worker_goes_on(
    api: APIClient, line: Line, silent: str, sent: list[str]
) -> None:
    LiveKitProject.objects.update(url=silent, api_key="key", api_secret="secret" * 8)
    call = under_way(line, CallStatus.IN_PROGRESS)
    began = time.monotonic()
    assert api.post(f"{CALLS}/{call.pk}/hangup").status_code == 202
    assert time.monotonic() - began < hangup.IN_REQUEST + 5
    call.refresh_from_db()
    assert (call.status, call.end_requested) == (CallStatus.IN_PROGRESS, Reason.HUNG_UP)
    assert sent == ["calls.tasks.close_call"]


def test_a_livekit_known_to_be_away_is_not_waited_for(
    api: APIClient, line: Line, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hangup, "close_call", lambda *args, **kwargs: pytest.fail("LiveKit was asked"))
    call = under_way(line, CallStatus.IN_PROGRESS)
    LiveKitProject.objects.update(last_failed_at=timezone.now(), last_ok_at=None)
    assert api.post(f"{CALLS}/{call.pk}/hangup").status_code == 202
    assert sent == ["calls.tasks.close_call"]
