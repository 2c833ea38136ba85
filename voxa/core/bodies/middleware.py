"""WSGI middleware for bodies: read only after authentication; chunked ones get their actual length.

Django treats a body without a Content-Length as empty. The server decodes the chunks and ends the input;
gunicorn signals this with `wsgi.input_terminated`.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any

from django.conf import settings

from voxa.core.api.errors import Problem, error_body
from voxa.core.bodies.reader import KEY, LARGEST, BodyRefused, IncomingBody, is_upload

Environ = dict[str, Any]
WSGIApplication = Callable[[Environ, Any], Iterable[bytes]]


class _Answer:
    """A response that closes the request's body when it is closed."""

    def __init__(self, answer: Iterable[bytes], body: IncomingBody) -> None:
        self._answer, self._body = answer, body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        self._body.close()
        getattr(self._answer, "close", lambda: None)()


class BoundedBodies:
    """Passes bodies on unread; the API reads them after authentication. Admin forms are read here, within their limit.

    A connection with an unread body closes after the response.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        is_chunked = (
            environ.get("wsgi.input_terminated") and "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        )
        length = None if is_chunked else _length(environ)
        if length == 0:
            return self.application(environ, start_response)
        body = IncomingBody(environ["wsgi.input"], length, _limit(environ))
        close_connection = getattr(environ["wsgi.input"], "close_connection", lambda: None)
        environ |= {"wsgi.input": body, KEY: body}

        def start(status: str, headers: Any, *rest: Any) -> Any:
            if not body.is_received:
                close_connection()
            return start_response(status, headers, *rest)

        if is_chunked:
            environ["CONTENT_LENGTH"] = str(body.limit)  # at most; the true one is known once it is read
        if _is_for_people(environ):
            try:
                environ["CONTENT_LENGTH"] = str(body.receive("strangers"))
            except BodyRefused as refused:
                return _Answer(_refuse(refused, start), body)
        return _Answer(self.application(environ, start), body)


def _length(environ: Environ) -> int:
    text = environ.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdecimal() else 0


def _limit(environ: Environ) -> int:
    """Return the maximum body size in bytes."""
    is_file = environ.get("CONTENT_TYPE", "").lower().startswith("multipart/form-data")
    is_known = settings.SESSION_COOKIE_NAME in environ.get("HTTP_COOKIE", "")
    small: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    may = (is_file and is_known and _is_for_people(environ)) or is_upload(environ)
    return LARGEST if may else small


def _is_for_people(environ: Environ) -> bool:
    return str(environ.get("PATH_INFO", "")).startswith("/admin/")


def _refuse(refused: BodyRefused, start_response: Any) -> Iterable[bytes]:
    status = HTTPStatus(refused.status)
    text = json.dumps(error_body(Problem(refused.code, refused.message, status.value))).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(text)))]
    start_response(f"{status.value} {status.phrase}", headers)
    return [text]
