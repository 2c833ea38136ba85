"""Which port to listen on. Ports are of 127.0.0.1."""

import socket

MAX_PORT = 65_535


def parse_port(text: str) -> int:
    """Read a port. Raises ValueError with a sentence for the person who set it."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PORT):
        raise ValueError(f"PORT is “{text}”. Set a number from 1 to {MAX_PORT}.")
    return int(text)


def is_free(port: int) -> bool:
    """Return whether a server could listen there now."""
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
