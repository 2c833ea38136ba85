"""The button on an agent's page that rotates its tool secret and shows it once."""

from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path

from accounts.admin.shown_once import show_once
from accounts.choices import Role
from telephony.services.tool_secrets import renew_tool_secret


class ToolSecretMixin:
    """A mixin for the admin of agents. It goes before `ScopedAdmin`."""

    change_form_outer_before_template = "admin/telephony/agent/status.html"
    change_form_outer_after_template = "admin/telephony/agent/after.html"
    admin_site: Any
    opts: Any

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.tool_secret_view)
        own = path("<path:object_id>/tool-secret/", view, name="telephony_agent_tool_secret")
        return [own, *super().get_urls()]  # type: ignore[misc]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the button if the agent has tools and the user may change it."""
        agent: Any = self.get_object(request, unquote(object_id)) if object_id else None  # type: ignore[attr-defined]
        may = bool(agent and agent.tools) and self.has_change_permission(request, agent)  # type: ignore[attr-defined]
        context = {**(extra_context or {}), "may_renew_secret": may}
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, context)  # type: ignore[misc]
        return answer

    def tool_secret_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Generate a new secret, on POST, and show it once."""
        agent = self.row_or_deny(request, object_id, Role.ADMIN)  # type: ignore[attr-defined]
        if request.method != "POST":
            raise PermissionDenied
        template, secret = "admin/telephony/agent/secret.html", renew_tool_secret(agent)
        return show_once(self, request, template, "New tool secret", agent, secret)
