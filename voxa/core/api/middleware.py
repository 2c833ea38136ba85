"""X-Request-Id on every answer and in every log line; a line for each request, by django-structlog."""

import re
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bind_contextvars

from voxa.core.client_address import client_address

_SANE = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)


class RequestIdMiddleware:
    """Accepts a client's id if it is safe to log, else generates one. Goes before django-structlog's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if _SANE.fullmatch(given) else str(uuid4())
        request.META["HTTP_X_REQUEST_ID"] = request_id
        response = self.get_response(request)
        response.headers["X-Request-Id"] = request_id
        return response


class LoggedRequests(RequestMiddleware):
    """django-structlog's middleware, logging paths only: queries contain phone numbers, which must be erasable.

    The client's address is the one that is believed elsewhere too, not what any client writes in a header.
    """

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        bind_contextvars(ip=client_address(request))

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"
