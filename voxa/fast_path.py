"""What each request need not pay for: middleware of pages for machine requests, a policy made anew."""

import re
from collections import deque
from collections.abc import Callable
from functools import cache, cached_property
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, get_resolver, resolve
from django.utils.module_loading import import_string

PATHS = frozenset({"/livekit/webhook"})
API = ("/v1/", "/internal/agent/")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)


class LeanPathsMiddleware:
    """Goes first, without session, log line or browser headers.

    The views of its paths check signatures, sizes and methods themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._resolve = cache(resolve)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info not in PATHS:
            return self.get_response(request)
        found = self._resolve(request.path_info)
        answer: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
        return answer


class ApiPathsMiddleware:
    """Takes requests to the API on by `API_MIDDLEWARE`, around the middleware of pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.pages, self.api = get_response, _chain(settings.API_MIDDLEWARE)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.api(request) if request.path_info.startswith(API) else self.pages(request)


class _Handler(BaseHandler):
    """Django's handler, which looks for the view of a path once for all ids in it."""

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        known = vars(get_resolver()).setdefault("known_paths", {})
        around, ids = tuple(_ID.split(request.path_info)), _ID.findall(request.path_info)
        found: ResolverMatch | None = known.get(around)
        if found is None:
            found = super().resolve_request(request)
            if not found.args and list(map(str, found.kwargs.values())) == ids:
                known[around] = found
            return found
        values = {name: type(old)(new) for (name, old), new in zip(found.kwargs.items(), ids, strict=True)}
        match = object.__new__(ResolverMatch)
        vars(match).update(vars(found), kwargs=values, captured_kwargs=values)
        request.resolver_match = match
        return match


def _chain(names: list[str]) -> Any:
    """Return a chain of middleware around the view, as Django makes the whole one of `MIDDLEWARE`."""
    handler: Any = _Handler()
    hooks = {"view": deque[Any](), "template_response": deque[Any](), "exception": deque[Any]()}
    for hook, parts in hooks.items():
        setattr(handler, f"_{hook}_middleware", parts)
    chain = convert_exception_to_response(handler._get_response)
    for name in reversed(names):
        part = import_string(name)(chain)
        for hook, parts in hooks.items():
            if hasattr(part, f"process_{hook}"):  # views are processed from the outermost in, the others out
                (parts.appendleft if hook == "view" else parts.append)(getattr(part, f"process_{hook}"))
        chain = convert_exception_to_response(part)
    return chain


class OnePolicyMiddleware(CSPMiddleware):
    """django-csp's middleware, with a policy that is made once; not for pages that use the nonce or add sources."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if settings.DEBUG or hasattr(request, "_csp_nonce") or hasattr(response, "_csp_update"):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.policy)
        return response

    @cached_property
    def policy(self) -> str:
        """Return the header of all other responses."""
        return build_policy()
