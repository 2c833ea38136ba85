"""Knowledge in the admin: added as a file or page, refreshed and deleted, each workspace its own."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from telephony.models import Agent, KnowledgeSource
from telephony.services.knowledge.sources import Upload, create_source
from tests.admin.conftest import Browser
from tests.admin.forms import form_of
from tests.admin.rows import make_agent

NAME = "admin:telephony_knowledgesource"


@pytest.fixture(autouse=True)
def _unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.services.knowledge.read.read_source", lambda pk: None)


@pytest.fixture
def agent(acme: Workspace) -> Agent:
    return make_agent(acme)


@pytest.fixture
def source(acme: Workspace, agent: Agent) -> KnowledgeSource:
    return create_source(acme, {"name": "Guide", "agents": [agent]}, Upload("guide.md", b"# Hours"))


@pytest.fixture
def owner(acme_owner: User, signed_in: Browser) -> Client:
    return signed_in(acme_owner)


def page(source: KnowledgeSource, name: str = "change") -> str:
    return reverse(f"{NAME}_{name}", args=[source.pk])


def test_a_file_is_added_for_an_agent(owner: Client, acme: Workspace, agent: Agent) -> None:
    file = SimpleUploadedFile("prices.txt", b"40 euros")
    sent: dict[str, Any] = {"workspace": acme.pk, "name": "", "url": "", "agents": [agent.pk], "file": file}
    answer = owner.post(reverse(f"{NAME}_add"), sent)
    assert answer.status_code == 302, answer.context["errors"]
    made = KnowledgeSource.objects.get()
    assert (made.name, made.kind, list(made.agents.all())) == ("prices.txt", "file", [agent])
    assert bytes(made.file.content) == b"40 euros"


def test_what_is_wrong_is_at_its_field(owner: Client, acme: Workspace) -> None:
    answer = owner.post(reverse(f"{NAME}_add"), {"workspace": acme.pk, "file": SimpleUploadedFile("a.mp3", b"x")})
    assert ".md or .txt" in answer.context["adminform"].form.errors["file"][0]
    answer = owner.post(reverse(f"{NAME}_add"), {"workspace": acme.pk, "url": "https://10.0.0.1/"})
    assert "url" in answer.context["adminform"].form.errors


def test_it_is_renamed_refreshed_and_deleted(owner: Client, source: KnowledgeSource) -> None:
    assert b"Guide" in owner.get(reverse(f"{NAME}_changelist")).content
    answer = owner.post(page(source), {**form_of(owner, page(source)), "name": "Hours"})
    assert answer.status_code == 302, answer.context["errors"]
    assert owner.post(page(source, "refresh")).status_code == 302
    source.refresh_from_db()
    assert (source.name, source.generation, source.agents.count()) == ("Hours", 2, 1)
    owner.post(page(source, "delete"), {"post": "yes"})
    assert not KnowledgeSource.objects.exists()


def test_viewers_read_and_outsiders_see_nothing(
    signed_in: Browser, acme_viewer: User, outsider: User, source: KnowledgeSource, globex: Workspace, agent: Agent
) -> None:
    viewer = signed_in(acme_viewer)
    shown = viewer.get(page(source))
    assert (shown.status_code, b"Refresh</" in shown.content) == (200, False)
    assert viewer.post(page(source, "refresh")).status_code == 403
    stranger = signed_in(outsider)
    assert stranger.get(page(source)).status_code == 302
    assert stranger.post(page(source, "refresh")).status_code == 403
    answer = stranger.post(
        reverse(f"{NAME}_add"), {"workspace": globex.pk, "url": "https://a.example/", "agents": [agent.pk]}
    )
    assert "agents" in answer.context["adminform"].form.errors
    assert agent.name not in answer.content.decode()
