"""A person watches calls come and go, and hangs some up, without losing the place in the list."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User, Workspace
from calls.choices import CallStatus, Reason
from calls.models import Call
from calls.services.timeline import end
from tests.browser.conftest import SignIn
from tests.browser.keyboard import tab_to
from tests.calls.conftest import make_line

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOON = 15_000  # ms; the page polls every other second


def test_ten_calls_are_watched_and_two_hung_up(acme: Workspace, acme_owner: User, sign_in: SignIn) -> None:
    line = make_line(acme)
    calls = [line.place(to=f"+1202555017{n}") for n in range(10)]
    later = calls.pop()
    live = Call.objects.filter(pk__in=[call.pk for call in calls])
    live.update(status=CallStatus.IN_PROGRESS, answered_at=timezone.now())
    page = sign_in(acme_owner)
    tab_to(page, page.get_by_role("link", name="Live calls").first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/live/")
    count, rows = page.locator("#vx-live-count"), page.locator("#vx-live-rows tr")
    expect(count).to_have_text("9 live calls")

    page.get_by_label("Select +12025550100 → +12025550178").check()
    focused = page.get_by_role("link", name="+12025550100 → +12025550177")
    focused.focus()
    Call.objects.filter(pk=later.pk).update(status=CallStatus.RINGING)
    end(calls[0], timezone.now(), Reason.NONE, CallStatus.COMPLETED)
    expect(rows.last).to_contain_text("+12025550179", timeout=SOON)  # by itself: nobody reloads
    expect(page.locator(f"#vx-live-{calls[0].pk}")).to_have_count(0)
    expect(count).to_have_text("9 live calls")
    expect(focused).to_be_focused()
    expect(page.locator("#vx-live-selected")).to_have_text("1 selected")

    page.get_by_label("Select +12025550100 → +12025550176").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")  # selects, and submits nothing
    expect(page.locator("#vx-live-selected")).to_have_text("2 selected")
    assert not Call.objects.exclude(end_requested="").exists()
    page.get_by_role("button", name="Hang up selected").press("Enter")
    expect(page.locator("#vx-live-outcome")).to_have_text("Hanging up 2 calls.")
    hung = Call.objects.filter(end_requested=Reason.HUNG_UP).values_list("to_number", flat=True)
    assert sorted(hung) == ["+12025550176", "+12025550178"]

    button = page.get_by_role("button", name="Hang up +12025550100 → +12025550175")
    button.press("Enter")
    expect(button).to_have_count(0)
    expect(page.locator("#vx-live-heading")).to_be_focused()  # not the button of another call

    for n in (2, 3):  # two more, by keyboard alone
        tab_to(page, page.get_by_label(f"Select +12025550100 → +1202555017{n}"))
        page.keyboard.press("Space")
        Call.objects.filter(to_number=f"+1202555017{n + 2}").update(status=CallStatus.COMPLETED)
    tab_to(page, page.get_by_role("button", name="Hang up selected"))
    page.keyboard.press("Enter")
    expect(page.locator("#vx-live-outcome")).to_have_text("Hanging up 2 calls.")
    assert Call.objects.filter(end_requested=Reason.HUNG_UP).count() == 5
    assert page.evaluate("document.activeElement !== document.body")
