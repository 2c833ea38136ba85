"""The worker as a program: what it needs, what it hides."""

import io
import logging
import os
import subprocess
import sys

import pytest

from agents.worker.config import Config
from agents.worker.redaction import hide_in_logs
from tests.agent.conftest import told
from tests.live.databases import CHECKOUT

ENVIRONMENT = {
    "LIVEKIT_URL": "ws://127.0.0.1:7880",
    "LIVEKIT_API_KEY": "devkey",
    "LIVEKIT_API_SECRET": "a-very-secret-secret",
    "API_PUBLIC_URL": "http://127.0.0.1:8000/",
}


def test_it_needs_the_media_server_and_the_apis_address_alone() -> None:
    config = Config.read(ENVIRONMENT)
    assert (config.url, config.key, config.api_url) == ("ws://127.0.0.1:7880", "devkey", "http://127.0.0.1:8000")


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_it_names_what_is_missing(name: str) -> None:
    with pytest.raises(SystemExit, match=name):
        Config.read({**ENVIRONMENT, name: ""})


@pytest.mark.parametrize("limit", ["0", "1.5", "much"])
def test_a_load_limit_is_a_share(limit: str) -> None:
    with pytest.raises(SystemExit, match="VOXA_AGENT_LOAD_LIMIT"):
        Config.read({**ENVIRONMENT, "VOXA_AGENT_LOAD_LIMIT": limit})


def test_secrets_are_in_no_repr() -> None:
    assert "a-very-secret-secret" not in repr(Config.read(ENVIRONMENT))
    assert "sk-secret" not in repr(told())


def test_a_key_that_a_provider_repeats_is_hidden_in_the_log() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    try:
        hide_in_logs("sk-secret")
        try:
            raise ValueError("Incorrect API key: sk-secret")
        except ValueError as error:
            logging.getLogger("tests").exception("It failed: %s", error)
    finally:
        logging.getLogger().removeHandler(handler)
        for other in logging.getLogger().handlers:
            other.filters.clear()
    assert "sk-secret" not in stream.getvalue()
    assert "It failed: Incorrect API key: [hidden]" in stream.getvalue()
    assert "ValueError: Incorrect API key: [hidden]" in stream.getvalue()


def test_the_command_says_what_is_missing() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": "sqlite://:memory:"}
    argv = [sys.executable, "manage.py", "agent_worker"]
    done = subprocess.run(argv, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "LIVEKIT_URL" in done.stderr


def test_it_loads_no_django_and_of_ours_only_itself_and_core_http() -> None:
    program = (
        "import sys, agents.worker.main; "
        "foreign = ('django', 'celery', 'voxa', 'accounts', 'telephony'); "
        "print([name for name in sys.modules if name.split('.')[0] in foreign and not "
        "'voxa.core.http.public_addresses'.startswith(name) "
        "or name.startswith('calls.')])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
