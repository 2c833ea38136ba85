"""A gateway that cannot be reached hands over to the next one at once, and the cause is told."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from calls.choices import AttemptStatus, CallStatus, Reason
from calls.presentation.status_text import attempt_words, explain
from tests.calls.sandbox_lines import SandboxLine, dispatch_until, ended, reached

pytestmark = pytest.mark.postgres
LineOver = Callable[..., SandboxLine]


@pytest.mark.parametrize(
    ("dead", "cause"),
    [
        ("silent.example.org", "The gateway did not answer."),
        ("refused.example.org", "The gateway refused the connection."),
        ("unresolved.example.org", "The gateway has a name or address that does not resolve."),
    ],
)
def test_a_call_whose_first_gateway_is_dead_completes_through_the_second(
    line_over: LineOver, dead: str, cause: str
) -> None:
    line = line_over(dead, "sip.example.org")
    call = line.place("+12025550101")
    assert dispatch_until(reached(call, CallStatus.IN_PROGRESS), 45) < 45
    first, second = call.attempts.all()
    assert (first.reason, first.status, first.sip_status_code) == (Reason.GATEWAY_UNREACHABLE, "failed", None)
    assert attempt_words(first) == f"{cause} LiveKit: {first.sip_status}"
    assert second.status == AttemptStatus.ANSWERED


@pytest.mark.parametrize("password", ["", "wrong"])
def test_wrong_and_missing_credentials_end_the_call_with_the_remedy_that_helps(
    line_over: LineOver, password: str
) -> None:
    credentials = {"auth_username": "acme", "auth_password": password} if password else {}
    line = line_over("auth.example.org", "sip.example.org", **credentials)
    call = line.place("+12025550101")
    dispatch_until(ended(call))
    call.refresh_from_db()
    assert (call.status, call.reason) == (CallStatus.FAILED, Reason.CARRIER_AUTH)
    told = explain(call, timezone.now(), ZoneInfo("UTC"))
    assert told.remedy.startswith("Check the trunk's outbound authentication")
    assert call.attempts.count() == 1


def test_media_that_do_not_agree_are_named(line_over: LineOver) -> None:
    line = line_over("nocodec.example.org")
    call = line.place("+12025550101")
    dispatch_until(ended(call))
    call.refresh_from_db()
    assert (call.status, call.reason) == (CallStatus.FAILED, Reason.MEDIA_REFUSED)
    assert "no audio codec in common" in explain(call, timezone.now(), ZoneInfo("UTC")).reason
