"""The page of a user's sessions, with buttons to end one or all others."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.admin.access import access_of
from accounts.models import User
from accounts.services import sessions


@method_decorator(never_cache, name="dispatch")
class SessionsView(View):
    """The user's own sessions, or with `object_id` those of another user for superusers."""

    admin_site: AdminSite = None  # type: ignore[assignment]  # given by as_view

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.person = self._person(request, kwargs.pop("object_id", None))
        self.own = self.person.pk == request.user.pk
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Sessions"),
            "subtitle": None if self.own else str(self.person),
            "own": self.own,
            "person": self.person,
            "sessions": sessions.sessions_of(self.person),
            "current": request.session.session_key,
        }
        return TemplateResponse(request, "admin/sessions.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        if "others" in request.POST:
            ended = sessions.end_sessions(self.person, keep=request.session.session_key)
        else:
            ended = int(sessions.end_session(self.person, _public_id(request.POST.get("session", ""))))
        words = ngettext("%(count)d session ended.", "%(count)d sessions ended.", ended)
        messages.success(request, words % {"count": ended})
        return HttpResponseRedirect(request.path)

    def _person(self, request: HttpRequest, object_id: str | None) -> Any:
        if object_id is None:
            return request.user
        if not _is_id(object_id):
            raise Http404
        if not access_of(request).superuser:
            raise PermissionDenied
        person = User.objects.filter(pk=int(object_id)).first()
        if person is None:
            raise Http404
        return person


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _public_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
