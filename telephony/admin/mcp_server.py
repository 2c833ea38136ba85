"""Admin of MCP servers."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.admin.filters import OwnRowsFilter
from accounts.admin.scoping import ScopedAdmin
from accounts.choices import Role
from telephony.admin.refusal import ServiceForm, ServicePage
from telephony.admin.secrets import WriteOnlyForm, clear_field, secret_field, without_clearing, without_secret
from telephony.models import Agent, McpServer
from telephony.services.mcp import servers

_COLORS = {"Listed": "success", "Failed": "danger", "Waiting": "info", "Disabled": "warning"}


class McpServerForm(WriteOnlyForm, ServiceForm):
    """Headers are write-only. Tools can be allowed once they were listed."""

    write_only = "headers"
    headers = secret_field("Headers")
    clear_headers = clear_field("Remove headers")
    allowed_tools = forms.MultipleChoiceField(
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Agents are offered these tools only.",
    )

    class Meta:
        model = McpServer
        fields = ["workspace", "name", "url", "headers", "enabled", "allowed_tools", "agents"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "headers" in self.fields:
            shown = 'A JSON object of HTTP headers, such as {"Authorization": "Bearer ..."}. '
            self.fields["headers"].help_text = shown + str(self.fields["headers"].help_text)
        if "allowed_tools" in self.fields:
            names = [one["tool"] for one in self.instance.tools if not one["problem"]]
            gone = [name for name in self.instance.allowed_tools if name not in names]
            field: Any = self.fields["allowed_tools"]
            field.choices = [(name, name) for name in names] + [(name, f"{name} (not listed)") for name in gone]


@admin.register(McpServer)
class McpServerAdmin(ServicePage, ScopedAdmin):
    """Save through the services. Tools are listed in the background."""

    empty = "An MCP server is a service of yours, or of a vendor, whose tools agents call during conversations."
    add_words = "Add MCP server"
    form = McpServerForm
    list_display = ["name", "url", "state", "error", "agent_count", "listed_at", "workspace"]
    list_select_related = ["workspace"]
    list_filter = [("workspace", OwnRowsFilter)]
    search_fields = ["name", "url"]
    search_help_text = "Name or URL"
    autocomplete_fields = ["workspace", "agents"]
    readonly_fields = ["state", "error", "listed_at", "listed"]
    change_form_outer_after_template = "admin/telephony/mcpserver/refresh.html"
    _sent = ("name", "url", "enabled", "agents")
    _new = [(None, {"fields": ["workspace", "name", "url", "headers", "enabled", "agents"]})]
    _kept = [
        (None, {"fields": ["name", "url", "headers", "clear_headers", "enabled", "agents"]}),
        ("Tools", {"fields": [("state", "listed_at"), "error", "listed", "allowed_tools"]}),
    ]

    @display(description="Status", label=_COLORS)
    def state(self, server: McpServer) -> str:
        if not server.enabled:
            return "Disabled"
        return "Failed" if server.error else "Listed" if server.listed_at else "Waiting"

    @display(description="Agents")
    def agent_count(self, server: Any) -> int:
        return int(server.agent_count)

    @display(description="Listed tools")
    def listed(self, server: McpServer) -> str | SafeString:
        """Return each tool with its description, or why it cannot be offered."""
        rows = ((one["tool"], one["name"], one["problem"] or one["description"]) for one in server.tools)
        lines = format_html_join("", "<li><strong>{}</strong> <code>{}</code><br>{}</li>", rows)
        return format_html('<ul class="vx-list">{}</ul>', lines) if lines else "None"

    def limit(self, rows: QuerySet[Any], access: Any) -> QuerySet[Any]:
        limited: QuerySet[Any] = super().limit(rows, access)
        with_agents: QuerySet[Any] = limited.annotate(agent_count=Count("agents"))
        return with_agents

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self._new
        if not self.has_change_permission(request, obj):
            return without_clearing(without_secret(self._kept, "headers"), stored=False)
        return without_clearing(self._kept, stored=bool(obj.headers))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Limit the agents to those that the user may see."""
        kwargs["queryset"] = self.admin_site.get_model_admin(Agent).get_queryset(request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_by_service(self, request: HttpRequest, form: Any) -> McpServer:
        values = {name: form.cleaned_data[name] for name in self._sent if name in form.cleaned_data}
        values["agents"] = list(values.get("agents", []))
        if form.instance._state.adding:
            return servers.create_server(
                form.cleaned_data["workspace"], {**values, "headers": form.cleaned_data["headers"]}
            )
        named = {name: value for name, value in values.items() if name in form.changed_data}
        if "allowed_tools" in form.changed_data:
            named["allowed_tools"] = form.cleaned_data["allowed_tools"]
        if form.changed_secret:
            named["headers"] = form.cleaned_data["headers"]
        saved = servers.update_server(form.instance, named)
        for warning in saved.warnings:
            messages.warning(request, warning)
        return saved

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Name the agents that hold servers."""
        rows = list(objs)
        names, counts, denied, _ = super().get_deleted_objects(rows, request)
        return names, counts, denied, [f"Agent {name}" for row in rows for name in servers.users(row)]

    def delete_model(self, request: HttpRequest, obj: McpServer) -> None:
        servers.delete_server(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[McpServer]) -> None:
        for server in queryset:
            servers.delete_server(server)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.refresh_view)
        return [path("<path:object_id>/refresh/", view, name="telephony_mcpserver_refresh"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the button to those who may use it."""
        server = context.get("original")
        context["may_refresh"] = bool(server and self.has_change_permission(request, server))
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return answer

    def refresh_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """List the tools again, on POST."""
        server = self.row_or_deny(request, object_id, Role.ADMIN)
        if request.method != "POST":
            raise PermissionDenied
        servers.refresh(server)
        self.message_user(request, f"The tools of {server.name} are listed in the background. Reload to see them.")
        return HttpResponseRedirect(reverse("admin:telephony_mcpserver_change", args=[server.pk]))
