"""The sidebar, grouped by task, without pages that the user may not see or that do not exist."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import escape

from accounts.admin.access import access_of, switched_to
from accounts.admin.workspace_switch import has_several
from accounts.choices import Role
from telephony.admin.health import badge

GROUPS: list[tuple[str, list[tuple[str, str, str]]]] = [
    (
        "Telephony",
        [
            ("Trunks", "lan", "telephony.Trunk"),
            ("Numbers", "dialpad", "telephony.PhoneNumber"),
            ("Agents", "support_agent", "telephony.Agent"),
            ("Knowledge", "library_books", "telephony.KnowledgeSource"),
            ("Tools", "build", "telephony.Tool"),
            ("Provider keys", "vpn_key", "telephony.ProviderKey"),
            ("SIP endpoints", "headset_mic", "telephony.SipEndpoint"),
        ],
    ),
    (
        "Calls",
        [
            ("Calls", "call", "calls.Call"),
            ("Do not call", "phone_disabled", "calls.DoNotCall"),
            ("Recordings", "mic", "calls.Recording"),
            ("Usage", "bar_chart", "calls.UsageDay"),
            ("Alerts", "notifications", "calls.Alert"),
            ("Alert rules", "rule", "calls.AlertRule"),
        ],
    ),
    (
        "Access",
        [
            ("Workspaces", "apartment", "accounts.Workspace"),
            ("People", "group", "accounts.User"),
            ("Invitations", "mail", "accounts.Invitation"),
            ("API keys", "key", "accounts.ApiKey"),
        ],
    ),
    (
        "Webhooks",
        [
            ("Endpoints", "webhook", "accounts.WebhookEndpoint"),
            ("Deliveries", "outbox", "accounts.WebhookDelivery"),
        ],
    ),
    (
        "LiveKit",
        [
            ("Projects", "dns", "telephony.LiveKitProject"),
            ("Telephony settings", "tune", "telephony.TelephonySettings"),
            ("Agent workers", "smart_toy", "calls.AgentWorker"),
            ("Raw LiveKit events", "rss_feed", "calls.LiveKitEvent"),
        ],
    ),
]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar of the user for unfold."""
    first: list[dict[str, Any]] = [{"title": "Home", "icon": "home", "link": reverse("admin:index")}]
    if has_several(request):
        current = switched_to(request)
        title = escape(current.name) if current else "All workspaces"
        first.insert(0, {"title": title, "icon": "swap_horiz", "link": reverse("switch_workspace")})
    if access_of(request).may(Role.VIEWER):
        first.append({"title": "Live calls", "icon": "sensors", "link": reverse("live_board")})
        first.append({"title": "Health", "icon": "monitor_heart", "link": reverse("health"), **badge(request)})
        first.append({"title": "Carrier guide", "icon": "menu_book", "link": reverse("carrier_guide")})
    groups: list[dict[str, Any]] = [{"items": first}]
    for title, pages in GROUPS:
        items = [item for page in pages if (item := _item(request, *page))]
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    return groups


def _item(request: HttpRequest, title: str, icon: str, label: str) -> dict[str, Any] | None:
    app, name = label.split(".")
    try:
        model = apps.get_model(app, name)
    except LookupError:
        return None
    if not admin.site.is_registered(model) or not admin.site.get_model_admin(model).has_module_permission(request):
        return None
    link = reverse(f"admin:{app}_{name.lower()}_changelist")
    return {"title": title, "icon": icon, "link": link}
