"""Which port to listen on. Ports are of 127.0.0.1."""

import socket

MAX_PORT = 65_535


def parse_port(text: str) -> int:
    """Parse a port. Raise `ValueError` with a message for the user."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PORT):
        raise ValueError(f"PORT is “{text}”. Set a number from 1 to {MAX_PORT}.")
    return int(text)


def is_free(port: int) -> bool:
    """Return whether the port is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def first_free(*wanted: int) -> int:
    """Return the first of these ports that is free, or any free port."""
    for port in wanted:
        if 1 <= port <= MAX_PORT and is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return int(port)
