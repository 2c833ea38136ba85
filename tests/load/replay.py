"""A bare Django view that sends the SQL another view sent: the floor of what that answer can cost."""

import json
import re
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import RequestFactory, override_settings
from django.urls import path

Statement = tuple[str, Any]
_CONTROL = re.compile(r"BEGIN|SAVEPOINT|RELEASE|ROLLBACK", re.I)


class Recorder:
    """Keeps each statement that passes, with its parameters; an `execute_wrapper`."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not _CONTROL.match(sql):
            self.statements.append((str(sql), params))  # a plain text: whoever sends it again prepares nothing
        return execute(sql, params, many, context)


def identifiers(statements: Sequence[Statement]) -> set[str]:
    """Return every UUID among the parameters."""
    found = set()
    for _, params in statements:
        for value in params or ():
            found |= {one.hex for one in map(as_uuid, value if isinstance(value, list) else [value]) if one}
    return found


def as_uuid(value: Any) -> uuid.UUID | None:
    """Read a UUID, which SQLite's driver gets as hexadecimal digits."""
    try:
        return uuid.UUID(str(value)) if isinstance(value, (str, uuid.UUID)) else None
    except ValueError:
        return None


class Replay:
    """Sends recorded statements in one transaction.

    What the recorded request made for itself, an id or a name that begins with "Recorded", is made anew each time.
    `known` are the ids that stood before.
    """

    def __init__(self, statements: Sequence[Statement], known: set[str]) -> None:
        self.statements, self.known = statements, known
        self.turn = 0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        json.loads(request.body or b"{}")
        self.turn += 1
        swapped: dict[str, str] = {}
        rows = 0
        with transaction.atomic(), connection.cursor() as cursor:
            for sql, params in self.statements:
                cursor.execute(sql, [self._renew(value, swapped) for value in params] if params else params)
                rows += len(cursor.fetchall()) if cursor.description else 0
        return JsonResponse({"rows": rows})

    def _renew(self, value: Any, swapped: dict[str, str]) -> Any:
        if isinstance(value, list):
            return [self._renew(one, swapped) for one in value]
        if isinstance(value, str) and value.startswith("Recorded"):
            return f"Replayed {self.turn}"
        old = as_uuid(value)
        if old is None or old.hex in self.known:
            return value
        fresh = swapped.setdefault(old.hex, uuid.uuid4().hex)
        return uuid.UUID(fresh) if isinstance(value, uuid.UUID) else fresh


class Bare:
    """A URL configuration and a handler with one view and no middleware."""

    def __init__(self, view: Callable[[HttpRequest], HttpResponse]) -> None:
        self.urlpatterns = [path("bare", view)]
        with override_settings(MIDDLEWARE=[]):
            self.handler = WSGIHandler()
        self.factory = RequestFactory()

    def ask(self, body: str | None) -> None:
        """Send one request; fails on any answer that is no success."""
        self.send(self.factory.post("/bare", body, "application/json") if body else self.factory.get("/bare"))

    def send(self, request: HttpRequest) -> None:
        """Send a request for `/bare` as it is; fails likewise."""
        vars(request)["urlconf"] = self  # Django takes any object with urlpatterns
        status = self.handler.get_response(request).status_code
        assert status == 200, f"the bare view answered {status}"
