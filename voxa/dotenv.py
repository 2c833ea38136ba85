"""The ignored files that `make run` makes: `.env` and `var/sandbox.env`, readable by their owner alone."""

import os
import secrets
from collections.abc import Mapping, MutableMapping
from pathlib import Path

import environ

HEAD = """\
# Made by `make run`. Keep it secret, and keep it: without FERNET_KEYS the stored passwords cannot be read again.
# Every variable is described in docs/operations.md; add yours here.
"""


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, mode 600 from its first byte."""
    aside = path.with_name(path.name + ".part")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    aside.replace(path)


def read(path: Path) -> dict[str, str]:
    """Return the variables that a file sets; an absent file sets none."""
    values: dict[str, str] = {}

    class Reader(environ.Env):  # type: ignore[misc]
        ENVIRON = values

    Reader.read_env(str(path))
    return values


def ensure_secrets(path: Path, environment: Mapping[str, str]) -> list[str]:
    """Add to `.env` the secrets that neither it nor the environment has. Give the names added."""
    known = {**read(path), **environment}
    missing = [name for name in ("SECRET_KEY", "FERNET_KEYS") if not known.get(name)]
    if missing:
        text = path.read_text(encoding="utf-8").rstrip("\n") + "\n" if path.exists() else HEAD
        write_private(path, text + "".join(f"{name}={secrets.token_urlsafe(48)}\n" for name in missing))
    return missing


def load(path: Path, environment: MutableMapping[str, str]) -> None:
    """Set what a file sets; what the environment has wins, unless it is empty."""
    for name, value in read(path).items():
        if not environment.get(name):
            environment[name] = value
