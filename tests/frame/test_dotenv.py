"""The generated `.env`: private, random, and never written over what a person set."""

import stat
from pathlib import Path

from voxa import dotenv


def test_missing_secrets_are_made_once(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert dotenv.ensure_secrets(path, {}) == ["SECRET_KEY", "FERNET_KEYS"]
    made = dotenv.read(path)
    assert dotenv.ensure_secrets(path, {}) == []
    assert dotenv.read(path) == made
    assert made["SECRET_KEY"] != made["FERNET_KEYS"]
    assert min(len(value) for value in made.values()) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_persons_own_lines_stay(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# mine\nSECRET_KEY=chosen\nLIVEKIT_URL=wss://livekit.example.com")
    assert dotenv.ensure_secrets(path, {}) == ["FERNET_KEYS"]
    assert path.read_text().startswith("# mine\nSECRET_KEY=chosen\nLIVEKIT_URL=wss://livekit.example.com\nFERNET_KEYS=")


def test_what_the_environment_has_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert dotenv.ensure_secrets(path, {"SECRET_KEY": "a", "FERNET_KEYS": "b"}) == []
    assert not path.exists()


def test_the_environment_wins_unless_it_is_empty(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("PORT=9000\nDEBUG=1\n")
    environment = {"PORT": "8001", "DEBUG": ""}
    dotenv.load(path, environment)
    assert environment == {"PORT": "8001", "DEBUG": "1"}
