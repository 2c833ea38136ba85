"""Voxa's whole stack, from middleware to JSON, asked in this process."""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponseBase
from django.test import RequestFactory


class Voxa:
    """Asks with one API key. Fails on any answer that is no success."""

    def __init__(self, key: str) -> None:
        self.handler = WSGIHandler()
        self.factory = RequestFactory(headers={"authorization": f"Bearer {key}"})

    def post(self, path: str, body: str) -> Any:
        return self._answer(self.handler.get_response(self.factory.post(path, body, "application/json")), 201)

    def get(self, path: str) -> Any:
        return self._answer(self.handler.get_response(self.factory.get(path)), 200)

    def _answer(self, response: HttpResponseBase, expected: int) -> Any:
        content = getattr(response, "content", b"")
        assert response.status_code == expected, content
        return content
