"""The sidebar, grouped by task, without pages that the user may not see or that do not exist."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from accounts.admin.access import access_of, switched_to
from accounts.admin.workspace_switch import has_several
from accounts.choices import Role
from telephony.admin.health import badge

GROUPS: list[tuple[Any, list[tuple[Any, str, str]]]] = [
    (
        _("Telephony"),
        [
            (_("Trunks"), "lan", "telephony.Trunk"),
            (_("Numbers"), "dialpad", "telephony.PhoneNumber"),
            (_("Agents"), "support_agent", "telephony.Agent"),
            (_("Knowledge"), "library_books", "telephony.KnowledgeSource"),
            (_("Tools"), "build", "telephony.Tool"),
            (_("MCP servers"), "hub", "telephony.McpServer"),
            (_("Analysis templates"), "fact_check", "telephony.AnalysisTemplate"),
            (_("Provider keys"), "vpn_key", "telephony.ProviderKey"),
            (_("SIP endpoints"), "headset_mic", "telephony.SipEndpoint"),
        ],
    ),
    (
        _("Calls"),
        [
            (_("Calls"), "call", "calls.Call"),
            (_("Do not call"), "phone_disabled", "calls.DoNotCall"),
            (_("Recordings"), "mic", "calls.Recording"),
            (_("Usage"), "bar_chart", "calls.UsageDay"),
            (_("Alerts"), "notifications", "calls.Alert"),
            (_("Alert rules"), "rule", "calls.AlertRule"),
        ],
    ),
    (
        _("Access"),
        [
            (_("Workspaces"), "apartment", "accounts.Workspace"),
            (_("People"), "group", "accounts.User"),
            (_("Invitations"), "mail", "accounts.Invitation"),
            (_("API keys"), "key", "accounts.ApiKey"),
        ],
    ),
    (
        _("Webhooks"),
        [
            (_("Endpoints"), "webhook", "accounts.WebhookEndpoint"),
            (_("Deliveries"), "outbox", "accounts.WebhookDelivery"),
        ],
    ),
    (
        _("LiveKit"),
        [
            (_("Projects"), "dns", "telephony.LiveKitProject"),
            (_("Telephony settings"), "tune", "telephony.TelephonySettings"),
            (_("Agent workers"), "smart_toy", "calls.AgentWorker"),
            (_("Raw LiveKit events"), "rss_feed", "calls.LiveKitEvent"),
        ],
    ),
]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar of the user for unfold."""
    first: list[dict[str, Any]] = [{"title": _("Home"), "icon": "home", "link": reverse("admin:index")}]
    if has_several(request):
        current = switched_to(request)
        title = escape(current.name) if current else _("All workspaces")
        first.insert(0, {"title": title, "icon": "swap_horiz", "link": reverse("switch_workspace")})
    if access_of(request).may(Role.VIEWER):
        first.append({"title": _("Live calls"), "icon": "sensors", "link": reverse("live_board")})
        first.append({"title": _("Health"), "icon": "monitor_heart", "link": reverse("health"), **badge(request)})
        first.append({"title": _("Carrier guide"), "icon": "menu_book", "link": reverse("carrier_guide")})
    groups: list[dict[str, Any]] = [{"items": first}]
    for title, pages in GROUPS:
        items = [item for page in pages if (item := _item(request, *page))]
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    return groups


def _item(request: HttpRequest, title: Any, icon: str, label: str) -> dict[str, Any] | None:
    app, name = label.split(".")
    try:
        model = apps.get_model(app, name)
    except LookupError:
        return None
    if not admin.site.is_registered(model) or not admin.site.get_model_admin(model).has_module_permission(request):
        return None
    link = reverse(f"admin:{app}_{name.lower()}_changelist")
    return {"title": title, "icon": icon, "link": link}
