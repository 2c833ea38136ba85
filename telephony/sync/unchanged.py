"""What a reconcile found in order, so that the next one compares only what has changed since.

The same rows, records and objects compare the same. Of those found in order a keyed hash is kept, for they have
passwords, and only in the process: a new version of the code is a new process, which compares everything.
"""

import secrets
from hashlib import blake2b
from uuid import UUID

_KEY = secrets.token_bytes(32)
_in_order: dict[UUID, set[bytes]] = {}  # by project


def state_of(*read: object) -> bytes:
    """Return a keyed hash of what was read: plain values, whose `repr` shows all of them."""
    return blake2b(repr(read).encode(), key=_KEY, digest_size=16).digest()


class Unchanged:
    """The states that the last reconcile of a project found in order, and those that this one does."""

    def __init__(self, project_id: UUID) -> None:
        self._project_id = project_id
        self._before, self._now = _in_order.get(project_id, set()), set[bytes]()

    def knows(self, state: bytes) -> bool:
        """Return whether this state was found in order."""
        if state not in self._before:
            return False
        self._now.add(state)
        return True

    def add(self, state: bytes) -> None:
        """Note that this state is in order."""
        self._now.add(state)

    def keep(self) -> None:
        """Keep the states in order for the next reconcile."""
        _in_order[self._project_id] = self._now
