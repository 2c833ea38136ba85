"""Databases of the tests: each is a copy of one that was migrated once, by whoever needed it first.

That one is kept for as long as the migrations and the libraries stay as they are: on SQLite in the cache folder, on
PostgreSQL in the cluster.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.live.process import cache_dir, free_port

CHECKOUT = Path(__file__).resolve().parents[2]
KEPT = 3 * 86_400  # seconds, of a file that may be from migrations of the past


def new_database(folder: Path, template: str = "") -> str:
    """Return the URL of a database of the kind the tests run on: a copy of one that nobody uses, else just migrated."""
    template = template or migrated()
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        path = folder / "voxa.sqlite3"
        shutil.copyfile(template.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"
    name = f"live_{os.getpid()}_{free_port()}"
    _administer(server, f'CREATE DATABASE "{name}" TEMPLATE "{urlsplit(template).path[1:]}"')
    return _named(server, name)


def migrated() -> str:
    """Return the URL of the database that is migrated and otherwise empty, which only copies are made of."""
    server, name = os.environ.get("DATABASE_URL", ""), f"migrated_{_what_is_migrated()}"
    with _alone():
        return _on_postgres(server, name) if server.startswith("postgres") else _on_sqlite(name)


def _on_postgres(server: str, name: str) -> str:
    with psycopg.connect(server) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if not found:
        _administer(server, f'DROP DATABASE IF EXISTS "{name}_begun"', f'CREATE DATABASE "{name}_begun"')
        _migrate(_named(server, f"{name}_begun"))
        _administer(server, f'ALTER DATABASE "{name}_begun" RENAME TO "{name}"')
    return _named(server, name)


def _on_sqlite(name: str) -> str:
    folder = cache_dir().parent / "databases"
    path = folder / f"{name}.sqlite3"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for other in folder.iterdir():
            if other.stat().st_mtime < time.time() - KEPT:
                other.unlink()
        begun = path.with_suffix(".begun")
        _migrate(f"sqlite:///{begun}")
        begun.rename(path)
    return f"sqlite:///{path}"


def _migrate(url: str) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("LIVEKIT_")}
    env |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": url}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, env=env, cwd=CHECKOUT, check=True)


def _what_is_migrated() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted([*CHECKOUT.glob("*/migrations/*.py"), *CHECKOUT.glob("requirements*.txt")]):
        digest.update(f"{path.relative_to(CHECKOUT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone() -> Iterator[None]:
    with Path(tempfile.gettempdir(), "voxa-databases.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _administer(server: str, *statements: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def _named(server: str, name: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def begin_migrated(creation: Any) -> None:
    """Make Django's next test database a copy too."""
    template = migrated()
    if template.startswith("postgres"):
        creation.connection.settings_dict["TEST"]["TEMPLATE"] = urlsplit(template).path[1:]
        return
    create = creation._create_test_db

    def copy(*args: Any, **options: Any) -> str:
        name: str = create(*args, **options)
        shutil.copyfile(template.removeprefix("sqlite:///"), name)
        return name

    creation._create_test_db = copy
