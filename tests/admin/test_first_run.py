"""The home page of an empty workspace lists the steps to a call heard, each done by what is there."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Workspace
from accounts.services.webhooks import create_endpoint
from calls.models import Call
from telephony.models import Agent, PhoneNumber
from tests.admin.conftest import Browser
from tests.admin.rows import furnish


def done(client: Client) -> dict[str, bool]:
    return {step.title: step.done for step in client.get(reverse("admin:index")).context["steps"]}


@pytest.fixture
def client(acme_owner: User, signed_in: Browser) -> Client:
    return signed_in(acme_owner)


def test_each_step_is_done_by_what_is_there_and_the_list_goes(
    client: Client, acme: Workspace, globex: Workspace
) -> None:
    furnish(globex, "+15550109999")
    Call.objects.update(answered_at=timezone.now())
    assert list(done(client).values()) == [False] * 6  # the rows of others count for nothing
    furnish(acme)
    Agent.objects.update(provider_key=None)
    PhoneNumber.objects.update(agent=None)
    assert done(client) == {
        "Add a trunk": True, "Add an agent": True, "Enter a provider key": False, "Add a number": False,
        "Make a test call": False, "Add a webhook": False,
    }  # fmt: skip
    Agent.objects.update(provider_key="sk-1")
    PhoneNumber.objects.update(agent=Agent.objects.get(workspace=acme))
    create_endpoint(acme, "https://hooks.example.com/voxa", ["call.ended"])
    assert [title for title, is_done in done(client).items() if not is_done] == ["Make a test call"]
    Call.objects.filter(workspace=acme).update(answered_at=timezone.now())
    assert done(client) == {}


def test_the_sandbox_needs_no_provider_key(client: Client, acme: Workspace, settings: Any) -> None:
    settings.LIVEKIT_IS_SANDBOX = True
    assert done(client)["Enter a provider key"]


def test_every_step_leads_to_a_page_that_opens(superuser: User, signed_in: Browser, acme: Workspace) -> None:
    client = signed_in(superuser)
    steps = client.get(reverse("admin:index")).context["steps"]
    assert [client.get(step.link).status_code for step in steps] == [200] * 7


def test_a_person_dismisses_it_for_themselves(
    client: Client, acme: Workspace, superuser: User, signed_in: Browser
) -> None:
    assert client.get(reverse("dismiss_first_run")).status_code == 405
    assert client.post(reverse("dismiss_first_run")).status_code == 302
    assert done(client) == {}
    assert done(signed_in(superuser)) != {}


def test_who_may_not_take_the_steps_sees_none(acme: Workspace, acme_operator: User, signed_in: Browser) -> None:
    assert done(signed_in(acme_operator)) == {}
