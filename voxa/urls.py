"""All URLs of Voxa, one include per app."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from accounts.admin.invitation import AcceptView
from accounts.admin.password import change_password
from accounts.admin.workspace_switch import SwitchView
from calls.admin.agent_tests import EndTalkView, TalkView
from calls.admin.figures import FiguresView
from calls.admin.first_run import dismiss
from calls.admin.live import LiveBoardView, LiveRowsView
from calls.admin.template_test import TemplateTestView
from calls.livekit.webhook import livekit_webhook
from telephony.admin.carrier_guide import CarrierGuideView
from telephony.admin.health import HealthView
from telephony.admin.search import search
from voxa import docs, health
from voxa.core.api.fallbacks import no_shortcut

urlpatterns = [
    # The API goes first: each pattern in front of it is tried by each of its requests.
    path("v1/", include("telephony.api.urls")),
    path("v1/", include("calls.api.urls")),
    path("v1/", include("accounts.api.urls")),
    path("internal/agent/", include("calls.api.internal_urls")),
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/r/<path:rest>", no_shortcut),  # Django's leads to pages of other sites, of which there are none
    path("admin/language/", set_language, name="set_language"),
    path("admin/invitation/", AcceptView.as_view(), name="accept_invitation"),
    path("admin/switch/", admin.site.admin_view(SwitchView.as_view()), name="switch_workspace"),
    path("admin/agents/<uuid:id>/talk/", admin.site.admin_view(TalkView.as_view()), name="agent_talk"),
    path("admin/agents/<uuid:id>/talk/end/", admin.site.admin_view(EndTalkView.as_view()), name="agent_talk_end"),
    path(
        "admin/analysis-templates/<uuid:id>/test/",
        admin.site.admin_view(TemplateTestView.as_view()),
        name="analysis_template_test",
    ),
    path("admin/live/", admin.site.admin_view(LiveBoardView.as_view()), name="live_board"),
    path("admin/live/rows/", admin.site.admin_view(LiveRowsView.as_view()), name="live_rows"),
    path("admin/health/", admin.site.admin_view(HealthView.as_view()), name="health"),
    path("admin/first-run/dismiss/", admin.site.admin_view(dismiss), name="dismiss_first_run"),
    path("admin/figures/", admin.site.admin_view(FiguresView.as_view()), name="home_figures"),
    path("admin/carriers/", admin.site.admin_view(CarrierGuideView.as_view()), name="carrier_guide"),
    path("admin/search/", admin.site.admin_view(search)),
    path("admin/password_change/", admin.site.admin_view(change_password)),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz),
    path("readyz", health.ReadyView.as_view()),
    path("metrics", health.metrics),
    path("livekit/webhook", livekit_webhook),
    path("schema", docs.SchemaView.as_view(), name="schema"),
    path("docs", docs.DocsView.as_view(url_name="schema"), name="docs"),
    path("", include("telephony.dialects.urls")),
]
if settings.OPENID_SERVER_URL:
    urlpatterns.insert(0, path("admin/openid/", include("accounts.openid_urls")))
handler400 = "voxa.core.api.fallbacks.bad_request"
handler403 = "voxa.core.api.fallbacks.permission_denied"
handler404 = "voxa.core.api.fallbacks.not_found"
handler500 = "voxa.core.api.fallbacks.server_error"
