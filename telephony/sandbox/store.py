"""What the sandbox holds: protobuf messages by kind and id, in memory or in a SQLite file."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Generic, TypeVar

from google.protobuf.message import Message

MessageT = TypeVar("MessageT", bound=Message)

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def new_id(prefix: str) -> str:
    """Mint an id such as LiveKit's: a prefix and 12 characters that cannot be misread."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(12))


def open_database(path: Path | None = None) -> sqlite3.Connection:
    """Open the sandbox's state. The file keeps carriers' passwords as LiveKit does, so only its owner reads it."""
    if path is not None:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    database = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA synchronous=OFF")  # a sandbox survives its process, not the machine's power
    database.execute(
        "CREATE TABLE IF NOT EXISTS objects (kind TEXT, id TEXT, body BLOB, PRIMARY KEY (kind, id)) WITHOUT ROWID"
    )
    return database


class Shelf(Generic[MessageT]):
    """The objects of one kind, in the order of their ids, as LiveKit lists them."""

    def __init__(self, database: sqlite3.Connection, kind: str, message: type[MessageT]) -> None:
        self._database = database
        self._kind = kind
        self._message = message

    def __iter__(self) -> Iterator[MessageT]:
        return self.after("")

    def after(self, object_id: str) -> Iterator[MessageT]:
        """Return the objects whose id comes later."""
        rows = self._database.execute(
            "SELECT body FROM objects WHERE kind = ? AND id > ? ORDER BY id", (self._kind, object_id)
        ).fetchall()
        return (self._message.FromString(body) for (body,) in rows)

    def get(self, object_id: str) -> MessageT | None:
        row = self._database.execute(
            "SELECT body FROM objects WHERE kind = ? AND id = ?", (self._kind, object_id)
        ).fetchone()
        return None if row is None else self._message.FromString(row[0])

    def put(self, object_id: str, message: MessageT) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO objects VALUES (?, ?, ?)", (self._kind, object_id, message.SerializeToString())
        )

    def remove(self, object_id: str) -> None:
        self._database.execute("DELETE FROM objects WHERE kind = ? AND id = ?", (self._kind, object_id))
