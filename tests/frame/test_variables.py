"""Environment variables: each stands in the documents, and one that cannot be read is told by its name."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from voxa.variables import env

READ = re.compile(r"""env\.\w+\(\s*"([A-Z_]+)\"""")


def test_every_variable_stands_in_the_documents() -> None:
    code = "".join(path.read_text() for path in (settings.BASE_DIR / "voxa").glob("settings*.py"))
    documents = (settings.BASE_DIR / "docs/operations.md").read_text()
    names = set(READ.findall(code))
    assert len(names) > 30
    assert {name for name in names if f"`{name}`" not in documents} == set()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("API_RATE_LIMIT", "lots", "API_RATE_LIMIT is invalid"),
        ("PROVISION_WAIT_SECONDS", "", "PROVISION_WAIT_SECONDS is invalid"),
        ("DATABASE_URL", "s3cret", "DATABASE_URL is not a database URL"),
        ("DATABASE_URL", "postgressql://voxa:s3cret@127.0.0.1/voxa", "DATABASE_URL is not a database URL"),
        ("EMAIL_URL", "smtp://s3cret@", "EMAIL_URL is not a mail server"),
        ("EMAIL_URL", "smtp://u:s3cret@a.example:many", "EMAIL_URL is not a mail server"),
        ("DATABASE_URL", "sqlite:////nowhere/at/all.sqlite3", "The database does not answer"),
    ],
)
def test_a_wrong_one_is_a_sentence_without_its_value(name: str, value: str, words: str) -> None:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", name: value}
    argv = [sys.executable, "manage.py", "create_workspace", "Acme"]
    ended = subprocess.run(argv, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "s3cret" not in ended.stderr


def test_a_value_that_begins_with_a_dollar_is_no_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER", "another one's value")
    for value in ("$OTHER", "$3cret", "$$", "$"):
        monkeypatch.setenv("LIVEKIT_API_SECRET", value)
        assert env.str("LIVEKIT_API_SECRET") == env.str("LIVEKIT_API_SECRET", default="") == value
    monkeypatch.setenv("FERNET_KEYS", "$OTHER,old")
    assert env.list("FERNET_KEYS", default=[]) == ["$OTHER", "old"]
