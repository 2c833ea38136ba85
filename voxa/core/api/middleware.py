"""X-Request-Id on every answer and in every log line; a line for each request, by django-structlog."""

import logging
import re
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django_structlog.middlewares import RequestMiddleware
from django_structlog.middlewares.request import logger
from structlog.contextvars import bind_contextvars, clear_contextvars

from voxa.core.client_address import client_address

_lines = logging.getLogger(RequestMiddleware.__module__)
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

    def prepare(self, request: HttpRequest) -> None:
        """Bind what each line shows. The library's method reads all headers and settings for it."""
        bind_contextvars(request_id=request.META["HTTP_X_REQUEST_ID"], ip=client_address(request))
        if _lines.isEnabledFor(logging.DEBUG):
            user_agent = request.META.get("HTTP_USER_AGENT")
            logger.debug("request_started", request=self.format_request(request), user_agent=user_agent)

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        """Log the end. The library's method is for pages, which have users, for errors and for files."""
        if hasattr(request, "session") or hasattr(request, "_raised_exception") or response.streaming:
            super().handle_response(request, response)
            return
        level = self._log_level_for_status_code(response.status_code)
        if _lines.isEnabledFor(level):
            logger.log(level, "request_finished", code=response.status_code, request=self.format_request(request))
        clear_contextvars()

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"
