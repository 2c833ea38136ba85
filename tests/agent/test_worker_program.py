"""The worker as a program: what it needs, what it hides."""

import subprocess
import sys

import pytest

from calls.agent.config import Config
from tests.agent.conftest import told
from tests.live.installation import CHECKOUT

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


def test_it_loads_no_django_and_nothing_of_ours_but_itself() -> None:
    program = (
        "import sys, calls.agent.main; "
        "print([name for name in sys.modules if name.split('.')[0] in ('django', 'voxa', 'accounts', 'telephony') "
        "or (name.startswith('calls.') and not name.startswith('calls.agent'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
