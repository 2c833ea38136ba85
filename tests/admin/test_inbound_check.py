"""A person asks in the admin who would answer a call from outside, by number, caller and source address."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from telephony.models import PhoneNumber
from tests.admin.conftest import Browser
from tests.calls.test_inbound_route import GATEWAY, NUMBER, STRANGER, catch_all, livekit, make
from tests.sandbox import SandboxServer

__all__ = ["livekit"]
PAGE = reverse("admin:calls_call_inbound_check")
pytestmark = pytest.mark.django_db


def asked(client: Any, workspace: Workspace, **more: str) -> str:
    data = {"workspace": str(workspace.pk), "to": "(202) 555-0100", "caller": "+12025550177", "source": GATEWAY}
    answer = client.post(PAGE, data | more)
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def test_it_names_trunk_and_agent(
    livekit: SandboxServer, acme: Workspace, acme_viewer: User, signed_in: Browser
) -> None:
    make(acme, NUMBER)
    client = signed_in(acme_viewer)
    button = reverse("admin:calls_call_check_inbound_call")
    assert button in client.get(reverse("admin:calls_call_changelist")).content.decode()
    assert client.get(button)["Location"] == PAGE
    text = asked(client, acme)
    assert "The call would be answered." in text
    assert all(word in text for word in (NUMBER, "Of Acme", "Reception"))


def test_a_stranger_hears_ringing_and_a_foreign_rule_is_named(
    livekit: SandboxServer, acme: Workspace, acme_viewer: User, signed_in: Browser
) -> None:
    make(acme, NUMBER)
    client = signed_in(acme_viewer)
    text = asked(client, acme, source=STRANGER)
    assert "The call would not be answered." in text
    assert "endless ringing" in text
    rule = catch_all(livekit)
    assert rule in asked(client, acme, source=STRANGER)


def test_outside_the_business_hours_it_says_closed_now(
    livekit: SandboxServer, acme: Workspace, acme_viewer: User, signed_in: Browser
) -> None:
    make(acme, NUMBER)
    assert "Closed now" not in asked(signed_in(acme_viewer), acme)
    days = [timezone.now().date() + timedelta(days=n) for n in (-1, 0, 1)]
    PhoneNumber.objects.update(holidays=[day.isoformat() for day in days])
    assert "Closed now" in asked(signed_in(acme_viewer), acme)


@pytest.mark.parametrize(
    ("field", "value"), [("to", "hello"), ("caller", "+1 202"), ("source", "198.51.100.256"), ("source", "pbx.example")]
)
def test_what_is_wrong_is_said_at_its_field(
    acme: Workspace, acme_viewer: User, signed_in: Browser, field: str, value: str
) -> None:
    data = {"workspace": str(acme.pk), "to": NUMBER, "caller": "", "source": "", field: value}
    answer = signed_in(acme_viewer).post(PAGE, data)
    assert set(answer.context["form"].errors) == {field}


def test_an_outsider_asks_about_no_other_workspace(acme: Workspace, outsider: User, signed_in: Browser) -> None:
    client = signed_in(outsider)
    assert "Acme" not in client.get(PAGE).content.decode()
    answer = client.post(PAGE, {"workspace": str(acme.pk), "to": NUMBER})
    assert set(answer.context["form"].errors) == {"workspace"}
