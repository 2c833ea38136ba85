"""The embedded broker: a message is whole whenever a worker looks."""

import threading
from pathlib import Path

from kombu.connection import Connection

from voxa.broker import Transport
from voxa.celery import app

MESSAGES = 400


def connect(folder: Path) -> Connection:
    options = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.0001,
    }
    return Connection("filesystem://localhost", transport_options=options)  # type: ignore[no-untyped-call]


def test_no_message_is_lost_to_an_eager_worker(tmp_path: Path) -> None:
    def publish() -> None:
        with connect(tmp_path) as connection:
            queue = connection.SimpleQueue("q")
            for number in range(MESSAGES):
                queue.put({"number": number, "padding": "x" * 2000})

    publisher = threading.Thread(target=publish)
    with connect(tmp_path) as connection:
        queue = connection.SimpleQueue("q")
        publisher.start()
        seen = []
        for _ in range(MESSAGES):
            message = queue.get(timeout=20)
            seen.append(message.payload["number"])
            message.ack()
        publisher.join()
    assert sorted(seen) == list(range(MESSAGES))


def test_voxas_broker_is_this_one() -> None:
    transport = app.connection_for_write("filesystem://localhost").transport
    assert isinstance(transport, Transport)
