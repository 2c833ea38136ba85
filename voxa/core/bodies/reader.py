"""Request bodies: read once, after the sender is known, within a size, a time and a share of the threads."""

import threading
import time
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings
from gunicorn.http.errors import NoMoreData

MEBIBYTE = 1_048_576
SENT_WITHIN = 15.0  # seconds for headers and body together; answers may take longer
LARGEST = 11 * MEBIBYTE  # a file of 10 MB, its form and some more, so that the form itself names the limit
UPLOADS = frozenset({"/v1/knowledge"})  # of the API
KEY = "voxa.body"  # in the WSGI environment
_READ = 65_536
_PATIENCE = 1.0  # seconds; a body that has arrived is read in milliseconds


class BodyRefused(OSError):
    """Raised when the body is rejected, with the status, code and message of the response."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.retry_after = 1 if status == HTTPStatus.SERVICE_UNAVAILABLE else None


class Readers:
    """Shares out the threads that wait for bodies: a quarter for each sender, three quarters for all of them."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._changed = threading.Condition()
        self._reading: Counter[Hashable] = Counter()

    @contextmanager
    def place(self, sender: Hashable) -> Iterator[None]:
        """Hold a place. Raise `BodyRefused` (503) if none is free within a second."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._fits(sender), _PATIENCE):
                message = "Too many bodies are on their way. Send the request again, with its body at once."
                raise BodyRefused(HTTPStatus.SERVICE_UNAVAILABLE, "busy", message)
            self._reading[sender] += 1
        try:
            yield
        finally:
            with self._changed:
                self._reading[sender] -= 1
                self._reading += Counter()  # drops senders without a place
                self._changed.notify_all()

    def _fits(self, sender: Hashable) -> bool:
        share, most = max(1, self.threads // 4), max(1, self.threads * 3 // 4)
        return self._reading[sender] < share and self._reading.total() < most


def is_upload(environ: dict[str, Any]) -> bool:
    """Return whether the API takes a file of up to 10 MB here."""
    is_file = environ.get("CONTENT_TYPE", "").lower().startswith("multipart/form-data")
    return is_file and environ.get("PATH_INFO") in UPLOADS


READERS = Readers(8)  # the worker sets its number of threads


class IncomingBody:
    """Replaces `wsgi.input`; nothing is read before the first access. `length` is None for a chunked body."""

    def __init__(self, source: Any, length: int | None, limit: int) -> None:
        self.source, self.length, self.limit = source, length, limit
        self.deadline: float = getattr(source, "sent_by", time.monotonic() + SENT_WITHIN)
        self.is_received = False
        self._refused: BodyRefused | None = None
        self._kept: IO[bytes] = SpooledTemporaryFile(max_size=MEBIBYTE)  # noqa: SIM115  # closed with the answer

    def receive(self, sender: Hashable) -> int:
        """Read the whole body and return its length. Raises BodyRefused: 413, 408, 400, 503."""
        if self._refused:
            raise self._refused
        if not self.is_received:
            try:
                check_length(self.length or 0, self.limit)
                with READERS.place(sender):
                    self._read_all()
            except BodyRefused as refused:
                self._refused = refused
                raise
            self.is_received = True
            self.length = self._kept.tell()
            self._kept.seek(0)
        return self.length or 0

    def _read_all(self) -> None:
        left = self.limit + 1 if self.length is None else self.length
        while left > 0 and (piece := self._piece(min(left, _READ))):
            left -= self._kept.write(piece)
            if time.monotonic() > self.deadline:
                raise too_slow()
        check_length(self._kept.tell(), self.limit)
        if self.length is not None and left:
            raise too_slow()

    def _piece(self, size: int) -> bytes:
        try:
            piece: bytes = self.source.read(size)
        except OSError as error:
            if isinstance(error, NoMoreData) or time.monotonic() > self.deadline - 0.5:
                raise too_slow() from None
            raise BodyRefused(HTTPStatus.BAD_REQUEST, "bad_request", "The body's chunks are malformed.") from None
        return piece

    def read(self, size: int = -1) -> bytes:
        self.receive("strangers")
        return self._kept.read(size)

    def readline(self, size: int = -1) -> bytes:
        self.receive("strangers")
        return self._kept.readline(size)

    def close(self) -> None:
        self._kept.close()


def too_slow() -> BodyRefused:
    message = f"The body did not come whole within {SENT_WITHIN:g} seconds. Send the request again."
    return BodyRefused(HTTPStatus.REQUEST_TIMEOUT, "request_timeout", message)


def check_length(length: int, limit: int) -> None:
    """Raise BodyRefused (413) for a body over the limit, in bytes."""
    if length > limit:
        message = f"The body is larger than {limit // MEBIBYTE} MiB."
        raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", message)


def receive(environ: dict[str, Any], sender: Hashable) -> None:
    """Read a request's body for a sender that is known, and state its true length. Raises BodyRefused."""
    body: IncomingBody | None = environ.get(KEY)
    if body is None:  # no WSGI server of ours: the input is there already
        most = LARGEST if is_upload(environ) else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        check_length(int(environ.get("CONTENT_LENGTH") or 0), most)
        return
    environ["CONTENT_LENGTH"] = str(body.receive(sender))
