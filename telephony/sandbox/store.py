"""The sandbox's objects: protobuf messages by kind and ID, in memory or in a SQLite file."""

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
    """Return a new ID in LiveKit's format: a prefix and 12 unambiguous characters."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(12))


def open_database(path: Path | None = None) -> sqlite3.Connection:
    """Open the sandbox's state. Only its owner can read the file: it contains carriers' passwords."""
    if path is not None:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    database = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA synchronous=OFF")  # the state survives the process, but not a power failure
    database.execute(
        "CREATE TABLE IF NOT EXISTS objects (kind TEXT, id TEXT, body BLOB, PRIMARY KEY (kind, id)) WITHOUT ROWID"
    )
    return database


class Shelf(Generic[MessageT]):
    """The objects of one kind, ordered by ID as in LiveKit's lists."""

    def __init__(self, database: sqlite3.Connection, kind: str, message: type[MessageT]) -> None:
        self._database = database
        self._kind = kind
        self._message = message

    def __iter__(self) -> Iterator[MessageT]:
        return self.after("")

    def after(self, object_id: str) -> Iterator[MessageT]:
        """Return the objects after this ID."""
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
