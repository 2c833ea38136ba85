"""Bodies sent in chunks, without a Content-Length, which Django takes for empty ones."""

from collections.abc import Callable, Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any

_IN_MEMORY = 1_048_576
_AT_MOST = 32 * _IN_MEMORY  # far above any limit of ours, so that a longer body is refused and not cut
_READ = 65_536

Environ = dict[str, Any]
WSGIApplication = Callable[[Environ, Any], Iterable[bytes]]


class _Answer:
    """An answer that closes the request's body with itself."""

    def __init__(self, answer: Iterable[bytes], body: IO[bytes]) -> None:
        self._answer, self._body = answer, body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        self._body.close()
        getattr(self._answer, "close", lambda: None)()


class ChunkedBodies:
    """Reads such a body, to disk where it is long, and gives it the length it turned out to have.

    The server decodes the chunks and ends the input; gunicorn says so by `wsgi.input_terminated`.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ.get("wsgi.input_terminated") and "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            body, length = SpooledTemporaryFile(max_size=_IN_MEMORY), 0  # noqa: SIM115  # closed with the answer
            while length < _AT_MOST and (chunk := environ["wsgi.input"].read(_READ)):
                length += body.write(chunk)
            body.seek(0)
            environ |= {"wsgi.input": body, "CONTENT_LENGTH": str(length)}
            return _Answer(self.application(environ, start_response), body)
        return self.application(environ, start_response)
