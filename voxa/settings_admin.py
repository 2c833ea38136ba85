"""Settings of the admin: names, colors, and who draws what."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

AXES_LOCKOUT_TEMPLATE = "admin/locked_out.html"
AXES_ENABLE_ADMIN = False

_INDIGO = {
    "50": "oklch(96.2% .018 272.314)",
    "100": "oklch(93% .034 272.788)",
    "200": "oklch(87% .065 274.039)",
    "300": "oklch(78.5% .115 274.713)",
    "400": "oklch(67.3% .182 276.935)",
    "500": "oklch(58.5% .233 277.117)",
    "600": "oklch(51.1% .262 276.966)",
    "700": "oklch(45.7% .24 277.023)",
    "800": "oklch(39.8% .195 277.366)",
    "900": "oklch(35.9% .144 278.697)",
    "950": "oklch(25.7% .09 281.288)",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Voxa",
    "SITE_HEADER": "Voxa",
    "SITE_SUBHEADER": _("Telephony for LiveKit"),
    "SITE_SYMBOL": "call",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("voxa/favicon.svg")},
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "COLORS": {"primary": _INDIGO},
    "STYLES": [lambda request: static("voxa/admin.css")],
    "SCRIPTS": [lambda request: static("voxa/accessible.js")],
    "LOGIN": {"form": "accounts.login.LoginForm"},
    "ACCOUNT": {
        "navigation": [
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
            {"title": _("Two-step sign-in"), "link": reverse_lazy("admin:two_step")},
            {"title": _("Sessions"), "link": reverse_lazy("admin:own_sessions")},
        ]
    },
    "DASHBOARD_CALLBACK": "calls.admin.dashboard.dashboard",
    "ENVIRONMENT": "telephony.admin.dashboard.environment",
    "SIDEBAR": {"show_search": True, "command_search": True, "navigation": "voxa.admin_navigation.navigation"},
}
