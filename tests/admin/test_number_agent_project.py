"""Pages of numbers, agents and LiveKit projects."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from telephony.livekit import LiveKitUnavailable, Operation
from telephony.models import Agent, LiveKitProject, PhoneNumber, TelephonySettings
from telephony.services.numbers import add_number
from telephony.services.settings import update_settings
from tests.admin.conftest import Browser
from tests.admin.forms import form_of
from tests.admin.rows import API_SECRET, PROVIDER_KEY, make_agent, make_project, make_trunk


@pytest.fixture
def client(acme_admin: User, signed_in: Browser) -> Client:
    return signed_in(acme_admin)


def test_a_taken_number_is_said_at_its_field(client: Client, acme: Workspace, globex: Workspace) -> None:
    add_number(make_trunk(globex), "+15550100000")
    url = reverse("admin:telephony_phonenumber_add")
    answer = client.post(url, {"trunk": str(make_trunk(acme).pk), "number": "+15550100000"})
    assert answer.context["adminform"].form.errors["number"] == [
        "This number is already in use on this LiveKit server. Choose another one."
    ]
    assert PhoneNumber.objects.count() == 1


def test_a_number_gets_an_agent(client: Client, acme: Workspace) -> None:
    number, agent = add_number(make_trunk(acme), "+15550100000"), make_agent(acme)
    url = reverse("admin:telephony_phonenumber_change", args=[number.pk])
    client.post(url, form_of(client, url) | {"agent": str(agent.pk)})
    assert PhoneNumber.objects.get().agent == agent


def test_the_key_of_an_agent_stays_changes_and_goes(client: Client, acme: Workspace) -> None:
    agent = make_agent(acme)
    url = reverse("admin:telephony_agent_change", args=[agent.pk])
    stored = []
    for change in ({"name": "Desk"}, {"provider_key": "another-key"}, {"clear_provider_key": "on"}):
        client.post(url, form_of(client, url) | change)
        stored.append(Agent.objects.get().provider_key)
    assert stored == [PROVIDER_KEY, "another-key", None]


def test_a_project_keeps_its_secret_when_it_is_renamed(superuser: User, signed_in: Browser) -> None:
    client, project = signed_in(superuser), make_project()
    url = reverse("admin:telephony_livekitproject_change", args=[project.pk])
    client.post(url, form_of(client, url) | {"name": "Renamed"})
    project.refresh_from_db()
    assert (project.name, project.api_secret) == ("Renamed", API_SECRET)


def test_a_project_in_use_is_not_deleted(superuser: User, acme: Workspace, signed_in: Browser) -> None:
    project = make_project()
    TelephonySettings.objects.create(workspace=acme, project=project)
    url = reverse("admin:telephony_livekitproject_delete", args=[project.pk])
    assert signed_in(superuser).post(url, {"post": "yes"}).status_code == 403
    assert LiveKitProject.objects.filter(pk=project.pk).exists()


@pytest.mark.parametrize(("failure", "words"), [(None, "the API key is valid"), ("Nobody there.", "Nobody there.")])
def test_the_connection_is_tested(
    failure: str | None, words: str, client: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Livekit:
        def run(self, operation: Operation[Any]) -> None:
            if failure:
                raise LiveKitUnavailable(failure)

    monkeypatch.setattr("telephony.admin.project.client_for", lambda project: Livekit())
    project = TelephonySettings.of(acme.pk).project
    answer = client.post(reverse("admin:telephony_livekitproject_test", args=[project.pk]))
    assert [words in str(message) for message in get_messages(answer.wsgi_request)] == [True]


def test_settings_take_lists_as_a_person_writes_them(client: Client, acme: Workspace) -> None:
    url = client.get(reverse("admin:telephony_settings_of", args=[acme.pk]))["Location"]
    client.post(url, form_of(client, url) | {"allowed_countries": "us, de", "calling_days": ["0", "4"]})
    row = TelephonySettings.objects.get(workspace=acme)
    assert (row.allowed_countries, row.calling_days) == (["US", "DE"], [0, 4])


def test_only_a_superuser_moves_a_workspace_to_another_livekit(client: Client, acme: Workspace) -> None:
    before, other = TelephonySettings.of(acme.pk).project, make_project()
    url = reverse("admin:telephony_telephonysettings_change", args=[acme.pk])
    client.post(url, form_of(client, url) | {"project": str(other.pk), "allow_shared_trunk": "on"})
    row = TelephonySettings.objects.get(workspace=acme)
    assert (row.project, row.allow_shared_trunk) == (before, False)


def test_a_move_to_a_livekit_that_has_the_number_is_refused_at_its_field(
    superuser: User, signed_in: Browser, acme: Workspace, globex: Workspace
) -> None:
    number, other = add_number(make_trunk(acme), "+15550100000"), make_project()
    update_settings(globex, {"project": other}, by_operator=True)
    add_number(make_trunk(globex), number.number)
    client, url = signed_in(superuser), reverse("admin:telephony_telephonysettings_change", args=[acme.pk])
    page = client.post(url, form_of(client, url) | {"project": str(other.pk)})
    assert number.number in page.context["adminform"].form.errors["project"][0]
    number.refresh_from_db()
    assert number.project != other
