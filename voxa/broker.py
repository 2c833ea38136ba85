"""The embedded broker: kombu's filesystem transport with atomic messages.

kombu writes a message under its final name, so a worker may read an empty file, lose the
message and stop. Here it is written to another name and renamed, which is atomic.
"""

import os
import time
import uuid
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """A channel that writes messages atomically."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        path = os.path.join(self.data_folder_out, name)
        # Consumers ignore names that do not end in ".msg".
        aside = path + ".part"
        with open(aside, "w", encoding="utf-8") as file:
            file.write(dumps(payload))  # type: ignore[no-untyped-call]
        os.rename(aside, path)


class Transport(filesystem.Transport):
    """The transport for `filesystem://` in Voxa."""

    Channel = Channel
