"""The embedded broker: kombu's filesystem transport with messages that appear whole.

kombu writes a message under its final name, so that a worker looking at that moment takes an empty file, loses the
message and stops. Here it is written aside and renamed, which is atomic.
"""

import os
import time
import uuid
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """A channel whose messages become visible complete or not at all."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        path = os.path.join(self.data_folder_out, name)
        # A name that ends otherwise than in ".msg" is no message to a consumer.
        aside = path + ".part"
        with open(aside, "w", encoding="utf-8") as file:
            file.write(dumps(payload))  # type: ignore[no-untyped-call]
        os.rename(aside, path)


class Transport(filesystem.Transport):
    """What `filesystem://` means in Voxa."""

    Channel = Channel
