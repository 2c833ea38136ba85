"""create_workspace and create_api_key: the last line of standard output is what a script needs."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ApiKey, Workspace
from accounts.services.keys import find_api_key


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.mark.django_db
def test_create_workspace_prints_its_slug() -> None:
    assert run("create_workspace", "Acme Europe", "--country", "de", "--timezone", "Europe/Berlin") == "acme-europe\n"
    acme = Workspace.objects.get(slug="acme-europe")
    assert (acme.name, acme.country, acme.time_zone) == ("Acme Europe", "DE", "Europe/Berlin")
    assert acme.history.get().history_change_reason == "manage.py create_workspace"


@pytest.mark.django_db
def test_create_workspace_names_every_wrong_field() -> None:
    with pytest.raises(CommandError, match=r"(?s)country: .*time_zone: "):
        run("create_workspace", "Acme", "--country", "XX", "--timezone", "Mars")


def test_create_api_key_prints_a_key_that_works(acme: Workspace) -> None:
    text = run("create_api_key", "acme", "--name", "ci", "--scope", "calls:read", "--scope", "agents:read").strip()
    key = find_api_key(text)
    assert key is not None
    assert (key.workspace, key.name, key.scopes) == (acme, "ci", ["agents:read", "calls:read"])
    assert key.history.get().history_change_reason == "manage.py create_api_key"


def test_create_api_key_takes_an_expiry(acme: Workspace) -> None:
    run("create_api_key", "acme", "--name", "ci", "--scope", "calls:read", "--expires-in-days", "30")
    key = ApiKey.objects.get()
    assert key.expires_at is not None
    assert (key.expires_at - key.created_at).days in (29, 30)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["acne", "--name", "ci", "--scope", "calls:read"], "Workspaces: acme"),
        (["acme", "--name", "", "--scope", "calls:read"], "name: "),
        (["acme", "--name", "ci", "--scope", "calls:reed"], "calls:reed"),
        (["acme", "--name", "ci"], "--scope"),
        (["acme", "--name", "ci", "--scope", "calls:read", "--expires-in-days", "0"], "1 to 36500"),
    ],
)
def test_create_api_key_says_what_is_wrong(acme: Workspace, args: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run("create_api_key", *args)
    assert not ApiKey.objects.exists()
