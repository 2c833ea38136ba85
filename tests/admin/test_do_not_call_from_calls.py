"""Selected calls put their other party on the do-not-call list."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from calls.choices import Direction
from calls.models import Call, DoNotCall
from tests.admin.conftest import Browser
from tests.calls.conftest import Line, make_line

LIST, PAGE = reverse("admin:calls_call_changelist"), reverse("admin:calls_call_do-not-call")


@pytest.fixture
def line(acme: Workspace) -> Line:
    return make_line(acme)


@pytest.fixture
def client(acme_operator: User, signed_in: Browser) -> Client:
    return signed_in(acme_operator)


def of(*calls: Call, **values: Any) -> dict[str, Any]:
    return {"ids": ",".join(str(call.pk) for call in calls), **values}


def listed() -> set[tuple[str, str, str]]:
    return set(DoNotCall.objects.values_list("number", "note", "workspace__name"))


def test_callees_and_callers_are_listed_with_who_did_it(line: Line, client: Client, acme_operator: User) -> None:
    calls = [line.place(to=f"+1202555017{n}") for n in (0, 0, 1, 2)]
    Call.objects.filter(pk=calls[2].pk).update(direction=Direction.INBOUND, from_number="+442071838750")
    Call.objects.filter(pk=calls[3].pk).update(direction=Direction.INBOUND, from_number="")
    page = client.post(LIST, {"action": "do_not_call_selected", "_selected_action": [call.pk for call in calls]})
    text = page.content.decode()
    assert "2 numbers will be added." in text
    assert "1 refused: the caller&#x27;s number is withheld or no phone number." in text
    done = client.post(PAGE, of(*calls, note="asked"), follow=True).content.decode()
    assert "2 numbers added." in done
    assert listed() == {("+12025550170", "asked", "Acme"), ("+442071838750", "asked", "Acme")}
    assert set(DoNotCall.objects.values_list("added_by", flat=True)) == {acme_operator.pk}
    assert "2 numbers already on the list." in client.post(PAGE, of(*calls), follow=True).content.decode()


def test_viewers_and_outsiders_list_nothing(line: Line, acme_viewer: User, outsider: User, signed_in: Browser) -> None:
    call = line.place()
    assert signed_in(acme_viewer).post(PAGE, of(call)).status_code == 403
    assert "do_not_call_selected" not in signed_in(acme_viewer).get(LIST).content.decode()
    signed_in(outsider).post(PAGE, of(call))
    assert not DoNotCall.objects.exists()
