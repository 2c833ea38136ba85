"""Show times on a page in the time zone of its workspace."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.admin.access import access_of, workspace_id_of
from accounts.models import Workspace

UTC = ZoneInfo("UTC")


def when(moment: datetime | None) -> str:
    """Format a time in the page's time zone. Django does not convert return values of methods."""
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT") if moment else ""


class ZonedPages:
    """Shows a row's page in its workspace's time zone, and a list in that of the filtered workspace.

    Other lists use the time zone that all of the user's workspaces share, else UTC.
    """

    def page_zone(self, request: HttpRequest) -> ZoneInfo:
        """Return the time zone of a page without a row."""
        if named := request.GET.get("workspace__id__exact", ""):
            return zone_of(request, named)
        shared = set(access_of(request).zones.values())
        return ZoneInfo(shared.pop()) if len(shared) == 1 else UTC

    def get_object(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """Return the row and activate its time zone. Raise `Http404` for an invalid id."""
        _require_id(self.model, object_id)  # type: ignore[attr-defined]
        row = super().get_object(request, object_id, *args, **kwargs)  # type: ignore[misc]
        if row is not None and getattr(request, "_voxa_zoned", False) and (workspace := workspace_id_of(row)):
            timezone.activate(zone_of(request, workspace))
        return row

    def response_action(self, request: HttpRequest, queryset: Any) -> Any:
        """Run an action on the selected rows. Raise `Http404` for an invalid id."""
        for ticked in request.POST.getlist(ACTION_CHECKBOX_NAME):
            _require_id(self.model, ticked)  # type: ignore[attr-defined]
        return super().response_action(request, queryset)  # type: ignore[misc]

    def _of_an_id(self, view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def checked(request: HttpRequest, object_id: str) -> Any:
            _require_id(self.model, unquote(object_id))  # type: ignore[attr-defined]
            return view(request, object_id=object_id)

        return checked

    def get_urls(self) -> list[Any]:
        patterns: list[Any] = super().get_urls()  # type: ignore[misc]
        for pattern in patterns:
            pattern.callback = self._in_zone(pattern.callback)
            if str(pattern.pattern) == "<path:object_id>/":  # Django's redirect of a short URL to its page
                pattern.callback = self._of_an_id(pattern.callback)
        return patterns

    def _in_zone(self, view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def zoned(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            request._voxa_zoned = True  # type: ignore[attr-defined]  # reset at the end of the request
            with timezone.override(self.page_zone(request)):
                answer = view(request, *args, **kwargs)
                return answer.render() if isinstance(answer, SimpleTemplateResponse) else answer

        return zoned


def zone_of(request: HttpRequest, workspace: UUID | str) -> ZoneInfo:
    """Return the time zone of a workspace that the user may view; UTC for any other."""
    access = access_of(request)
    try:
        pk = workspace if isinstance(workspace, UUID) else UUID(workspace)
    except ValueError:
        return UTC
    if access.superuser and pk not in access.zones:
        access.zones[pk] = Workspace.objects.filter(pk=pk).values_list("time_zone", flat=True).first() or "UTC"
    return ZoneInfo(access.zones.get(pk, "UTC"))


def _require_id(model: type[Model], text: Any) -> None:
    """Raise `Http404` for an invalid id: wrong type, out of range, or non-ASCII digits."""
    key, shown = model._meta.pk, str(text)
    try:
        key.run_validators(key.to_python(text))
    except ValidationError:
        raise Http404("Invalid id.") from None
    if not shown.isascii() or "\0" in shown or shown.startswith(("-", "+")):
        raise Http404("Invalid id.")
