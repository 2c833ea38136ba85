"""A person calls a number, watches the call, and reads why it did not work."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.choices import Role
from accounts.models import Membership, User, Workspace
from calls.choices import AttemptStatus, CallStatus, EventType, Reason
from calls.models import Attempt, Call
from calls.services.timeline import advance, end, note
from tests.browser.conftest import SignIn
from tests.browser.test_first_trunk import choose
from tests.calls.conftest import make_line

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOON = 15_000  # ms; the page asks every other second


def test_a_call_is_placed_and_followed_to_its_end(acme: Workspace, acme_owner: User, sign_in: SignIn) -> None:
    line = make_line(acme)
    page = sign_in(acme_owner)
    page.goto("/admin/calls/call/add/")
    page.get_by_label("Number to call").fill("+1 202 555-0123")
    choose(page, "id_number", line.number.number)
    choose(page, "id_agent", line.agent.name)
    page.get_by_role("button", name="Place call").click()

    standing, timeline = page.locator("#status-text"), page.locator("#timeline")
    expect(standing).to_contain_text("Queued")
    expect(page.locator("#asked")).to_contain_text("+12025550123")
    expect(timeline).to_contain_text("Queued")

    call, now = Call.objects.get(), timezone.now()
    advance(call, CallStatus.DIALING, now, started_at=now, attempts_made=1)
    attempt = Attempt.objects.create(
        call=call, number=1, trunk=line.trunk, gateway=line.trunk.gateways.first(), livekit_trunk_id="ST_1",
        room_name=f"call-{call.pk}-1", started_at=now,
    )  # fmt: skip
    advance(call, CallStatus.RINGING, now)
    expect(standing).to_contain_text("The callee's phone is ringing.", timeout=SOON)  # by itself: nobody reloads

    Attempt.objects.filter(pk=attempt.pk).update(
        status=AttemptStatus.FAILED, sip_status_code=486, reason=Reason.BUSY, ended_at=now
    )
    note(call, EventType.ATTEMPT_FAILED, now, attempt, reason=Reason.BUSY, sipStatusCode=486)
    end(call, now, Reason.BUSY, CallStatus.BUSY, sip_status_code=486)
    expect(standing).to_contain_text("The callee is busy: the carrier responded 486 Busy Here.", timeout=SOON)
    expect(page.locator("#attempts")).to_contain_text("486 Busy Here: the callee is busy")
    expect(timeline).to_contain_text("Attempt failed")
    expect(page.get_by_role("link", name="Call again")).to_be_visible()


def test_a_list_follows_its_calls_and_a_queued_one_is_cancelled(
    acme: Workspace, acme_owner: User, sign_in: SignIn
) -> None:
    line = make_line(acme)
    ringing, waiting = line.place(), line.place(to="+12025550177")
    now = timezone.now()
    advance(ringing, CallStatus.DIALING, now)
    page = sign_in(acme_owner)
    page.goto("/admin/calls/call/")
    row = page.locator("#result_list tr", has_text="+12025550123")
    expect(row).to_contain_text("Dialing")
    end(ringing, now, Reason.NO_ANSWER, CallStatus.NO_ANSWER)
    expect(row).to_contain_text("No answer", timeout=SOON)

    page.goto(f"/admin/calls/call/{waiting.pk}/change/")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#status-text")).to_contain_text("The call was canceled.")


def test_the_workspace_is_chosen_before_the_trunk(
    acme: Workspace, globex: Workspace, acme_owner: User, sign_in: SignIn
) -> None:
    Membership.objects.create(user=acme_owner, workspace=globex, role=Role.ADMIN)
    page = sign_in(acme_owner)
    page.goto("/admin/telephony/trunk/add/")
    page.locator("#workspaces").get_by_role("link", name="Globex").click()
    expect(page.locator("#id_workspace")).to_contain_text("Globex")
    expect(page.locator("#id_workspace")).not_to_contain_text("Acme")
