"""Admin of MCP servers."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.admin.filters import OwnRowsFilter
from accounts.admin.labels import Labels
from telephony.admin.refusal import ServiceForm
from telephony.admin.secrets import WriteOnlyForm, clear_field, secret_field, without_clearing, without_secret
from telephony.admin.used_by_agents import BackgroundButton, UsedByAgents
from telephony.models import McpServer
from telephony.services.mcp import servers

_COLORS = Labels({_("Listed"): "success", _("Failed"): "danger", _("Waiting"): "info", _("Disabled"): "warning"})


class McpServerForm(WriteOnlyForm, ServiceForm):
    """Headers are write-only. Tools can be allowed once they were listed."""

    write_only = "headers"
    headers = secret_field(_("Headers"))
    clear_headers = clear_field(_("Remove headers"))
    allowed_tools = forms.MultipleChoiceField(
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Agents are offered these tools only."),
        label=_("Allowed tools"),
    )

    class Meta:
        model = McpServer
        fields = ["workspace", "name", "url", "headers", "enabled", "allowed_tools", "agents"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "headers" in self.fields:
            field: Any = self.fields["headers"]
            shown = gettext('A JSON object of HTTP headers, such as {"Authorization": "Bearer ..."}.')
            field.help_text = f"{shown} {field.help_text}"
        if "allowed_tools" in self.fields:
            names = [one["tool"] for one in self.instance.tools if not one["problem"]]
            gone = [name for name in self.instance.allowed_tools if name not in names]
            allowed: Any = self.fields["allowed_tools"]
            allowed.choices = [(name, name) for name in names] + [
                (name, gettext("%(name)s (not listed)") % {"name": name}) for name in gone
            ]


@admin.register(McpServer)
class McpServerAdmin(BackgroundButton, UsedByAgents):
    """Save through the services. Tools are listed in the background."""

    empty = _("An MCP server is a service of yours, or of a vendor, whose tools agents call during conversations.")
    add_words = _("Add MCP server")
    form = McpServerForm
    list_display = ["name", "url", "state", "error", "agent_count", "listed_at", "workspace"]
    list_select_related = ["workspace"]
    list_filter = [("workspace", OwnRowsFilter)]
    search_fields = ["name", "url"]
    search_help_text = _("Name or URL")
    button = "refresh"
    autocomplete_fields = ["workspace", "agents"]
    readonly_fields = ["state", "error", "listed_at", "listed"]
    change_form_outer_after_template = "admin/telephony/mcpserver/refresh.html"
    _sent = ("name", "url", "enabled", "agents")
    _new = [(None, {"fields": ["workspace", "name", "url", "headers", "enabled", "agents"]})]
    _kept = [
        (None, {"fields": ["name", "url", "headers", "clear_headers", "enabled", "agents"]}),
        (_("Tools"), {"fields": [("state", "listed_at"), "error", "listed", "allowed_tools"]}),
    ]

    @display(description=_("Status"), label=_COLORS)
    def state(self, server: McpServer) -> str:
        if not server.enabled:
            return gettext("Disabled")
        return gettext("Failed") if server.error else gettext("Listed") if server.listed_at else gettext("Waiting")

    @display(description=_("Listed tools"))
    def listed(self, server: McpServer) -> str | SafeString:
        """Return each tool with its description, or why it cannot be offered."""
        rows = ((one["tool"], one["name"], one["problem"] or one["description"]) for one in server.tools)
        lines = format_html_join("", "<li><strong>{}</strong> <code>{}</code><br>{}</li>", rows)
        return format_html('<ul class="vx-list">{}</ul>', lines) if lines else gettext("None")

    def limit(self, rows: QuerySet[Any], access: Any) -> QuerySet[Any]:
        limited: QuerySet[Any] = super().limit(rows, access).annotate(agent_count=Count("agents"))
        return limited

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self._new
        if not self.has_change_permission(request, obj):
            return without_clearing(without_secret(self._kept, "headers"), stored=False)
        return without_clearing(self._kept, stored=bool(obj.headers))

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

    def delete_by_service(self, row: McpServer) -> None:
        servers.delete_server(row)

    def press(self, row: McpServer) -> str:
        servers.refresh(row)
        words = gettext("The tools of %(server)s are listed in the background. Reload to see them.")
        return words % {"server": row.name}
