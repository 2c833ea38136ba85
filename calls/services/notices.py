"""Messages from the API to the agent worker in a call's room."""

import json
from typing import Any

from calls.models import Call
from telephony.livekit import client_for
from telephony.livekit.rooms import participants, send_data

TOPIC = "voxa.notice"


def tell_agent(call: Call, notice: dict[str, Any], topic: str = TOPIC) -> bool:
    """Send a message, by default a notice, to the worker in a call; return False if there is none.

    Raise `LiveKitError` on failure.
    """
    client = client_for(call.project)
    workers = [who.identity for who in client.run(participants(call.room_name)) if who.is_agent]
    if workers:
        client.run(send_data(call.room_name, json.dumps(notice).encode(), topic=topic, identities=workers[:1]))
    return bool(workers)
