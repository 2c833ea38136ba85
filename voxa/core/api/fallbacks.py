"""Error responses outside of views: JSON for programs, Django's pages for the admin."""

from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from voxa.core.api.errors import Problem, error_body


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Respond to a request that Django rejects (400)."""
    if _is_for_people(request):
        return defaults.bad_request(request, exception or Exception())
    if isinstance(exception, DisallowedHost):
        return problem("unknown_host", "Unknown host name. The operator adds host names to ALLOWED_HOSTS.", 400)
    return problem("bad_request", "The request is malformed.", 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Respond to a forbidden request (403)."""
    if _is_for_people(request):
        return defaults.permission_denied(request, exception or Exception())
    return problem("permission_denied", "This is not allowed.", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Respond to an unknown path (404)."""
    if _is_for_people(request):
        return defaults.page_not_found(request, exception or Exception())
    return problem("not_found", nowhere(request.path), 404)


def no_shortcut(request: HttpRequest, rest: str) -> HttpResponse:
    """Raise `Http404` for a path that is disabled on purpose."""
    raise Http404


def nowhere(path: str) -> str:
    """Return the message for an unknown path."""
    hint = " Try it without the slash at the end." if path.endswith("/") else ""
    return f"Unknown path. See /docs for all paths.{hint}"


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """Respond to an internal error outside of API views (500)."""
    if _is_for_people(request):
        return defaults.server_error(request)
    return problem("server_error", "Internal error. Try again.", 500)


def _is_for_people(request: HttpRequest) -> bool:
    return request.path.startswith("/admin")


def problem(code: str, message: str, status: int) -> JsonResponse:
    """Return an error in the shape of the API."""
    return JsonResponse(error_body(Problem(code, message, status)), status=status)
