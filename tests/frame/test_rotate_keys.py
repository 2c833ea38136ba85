"""`rotate_encryption_keys`: every stored secret moves to the newest key, and edits meanwhile are kept."""

from collections.abc import Iterator
from io import StringIO

import pytest
from cryptography.fernet import InvalidToken
from django.core.management import CommandError, call_command
from fernet_fields.fields import EncryptedField
from pytest_django import Settings

from accounts.models import Workspace
from telephony.models import Agent, Trunk
from voxa.core import encryption
from voxa.core.encryption import encrypted_fields

CACHED = ("keys", "fernet_keys", "fernet")


@pytest.fixture
def keys(settings: Settings) -> Iterator[Settings]:
    """Settings whose FERNET_KEYS count at once, as after a restart: see `restart`."""
    yield settings
    settings.FERNET_KEYS = ["tests-only-fernet-key"]
    forget_keys()


def forget_keys() -> None:
    for _, column in encrypted_fields():
        for name in CACHED:
            column.__dict__.pop(name, None)


def restart(settings: Settings, *keys: str) -> None:
    settings.FERNET_KEYS = list(keys)
    forget_keys()


@pytest.fixture
def agent(acme: Workspace, keys: Settings) -> Agent:
    restart(keys, "old")
    return Agent.objects.create(workspace=acme, name="Ada", provider_key="sk-secret")


def rotate(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_encryption_keys", *arguments, stdout=out)
    return out.getvalue()


def stored_key(agent: Agent) -> object:
    return Agent.objects.get(pk=agent.pk).provider_key


def test_the_old_key_may_go_afterwards(agent: Agent, keys: Settings) -> None:
    restart(keys, "new", "old")
    history = agent.history.count()
    assert "All secrets use the newest key" in rotate()
    restart(keys, "new")
    assert stored_key(agent) == "sk-secret"
    assert agent.history.count() == history


def test_a_trial_changes_nothing(agent: Agent, keys: Settings) -> None:
    restart(keys, "new", "old")
    assert "1 to rotate. Nothing was changed." in rotate("--dry-run")
    restart(keys, "new")
    with pytest.raises(InvalidToken):
        stored_key(agent)


def test_a_second_run_has_nothing_to_do(agent: Agent, keys: Settings) -> None:
    restart(keys, "new", "old")
    rotate()
    before = encryption._raw(Agent, "provider_key").values_list("raw").get()
    rotate()
    assert encryption._raw(Agent, "provider_key").values_list("raw").get() == before


def test_a_lost_key_is_named_with_its_rows(agent: Agent, keys: Settings) -> None:
    restart(keys, "new")
    with pytest.raises(CommandError, match=rf"telephony.Agent.provider_key of {agent.pk}"):
        rotate()


def test_an_edit_meanwhile_is_kept(agent: Agent, keys: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    restart(keys, "new", "old")
    column = Agent._meta.get_field("provider_key")
    assert isinstance(column, EncryptedField)
    read = encryption._secrets

    def edited_after_reading(model: type, name: str) -> Iterator[tuple[object, bytes]]:
        for row in read(model, name):
            Agent.objects.filter(pk=agent.pk).update(provider_key="sk-edited")
            yield row

    monkeypatch.setattr(encryption, "_secrets", edited_after_reading)
    (*_, tally) = encryption.rotate(Agent, column)
    assert tally.rotated == 0
    assert stored_key(agent) == "sk-edited"


def test_more_rows_than_a_batch(acme: Workspace, keys: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encryption, "BATCH", 2)
    restart(keys, "old")
    for number in range(5):
        Agent.objects.create(workspace=acme, name=f"A{number}", provider_key=f"sk-{number}")
    Agent.objects.create(workspace=acme, name="none")
    restart(keys, "new", "old")
    rotate()
    restart(keys, "new")
    found = Agent.objects.exclude(provider_key__isnull=True).values_list("provider_key", flat=True)
    assert sorted(found) == [f"sk-{number}" for number in range(5)]


def test_every_secret_of_every_room_is_found() -> None:
    found = {f"{model._meta.label}.{column.name}" for model, column in encrypted_fields()}
    assert {
        "telephony.Trunk.auth_password",
        "telephony.LiveKitProject.api_secret",
        "accounts.WebhookEndpoint.secret",
    } <= found
    assert not any(name.startswith("Historical") for name in found)
    assert Trunk._meta.get_field("auth_password") in [column for _, column in encrypted_fields()]
