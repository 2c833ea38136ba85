"""What `make run` would start, and where."""

import socket
import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from voxa import dotenv, ports, run


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, True),
        ({"LIVEKIT_URL": "", "VOXA_SANDBOX": "1"}, True),
        ({"VOXA_SANDBOX": "0"}, False),
        ({"VOXA_SANDBOX": "false"}, False),
        ({"LIVEKIT_URL": "wss://livekit.example.com"}, False),
    ],
)
def test_the_sandbox_stands_in_where_there_is_no_livekit(environment: dict[str, str], wanted: bool) -> None:
    assert run.wants_sandbox(environment) is wanted


def test_one_beat_always_and_a_sandbox_only_when_asked_for() -> None:
    assert "sandbox" not in run.commands(8000, None)
    processes = run.commands(8000, 18000)
    assert "--port 18000" in processes["sandbox"]
    assert "--webhook http://127.0.0.1:8000/livekit/webhook --api http://127.0.0.1:8000" in processes["sandbox"]
    assert sum(" beat " in command for command in processes.values()) == 1


def test_the_sandbox_keeps_its_address_and_secret(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.env"
    first = run.prepare_sandbox(path, ports.first_free())
    before = dotenv.read(path)
    assert run.prepare_sandbox(path, ports.first_free()) == first
    assert dotenv.read(path) == before
    assert len(before["LIVEKIT_API_SECRET"]) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_sandbox_moves_when_its_port_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.env"
    first = run.prepare_sandbox(path, ports.first_free())
    secret = dotenv.read(path)["LIVEKIT_API_SECRET"]
    with socket.create_server(("127.0.0.1", first)):
        moved = run.prepare_sandbox(path, ports.first_free())
    assert moved != first
    assert urlsplit(dotenv.read(path)["LIVEKIT_URL"]).port == moved
    assert dotenv.read(path)["LIVEKIT_API_SECRET"] == secret


@pytest.mark.parametrize("wrong", ["0", "65536", "http", "８０００", "", "-1"])
def test_a_port_that_is_none_is_told(wrong: str) -> None:
    with pytest.raises(ValueError, match="from 1 to 65535"):
        ports.parse_port(wrong)
