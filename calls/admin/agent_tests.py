"""The page where somebody talks to an agent: `/admin/agents/{id}/talk/`."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views import View

from accounts.admin.access import access_of
from accounts.choices import Role
from calls.agent_tests.sessions import LONGEST, access, end_test, public_url, start_test
from calls.models import AgentTest, TestMedium
from telephony.models import Agent, LiveKitProject, TelephonySettings
from voxa.core.errors import ServiceError


class TalkView(View):
    """The page; on POST, start a test conversation and answer how to join it. For people who may edit the agent."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        agent = Agent.objects.select_related("workspace").filter(pk=kwargs["id"]).first()
        if agent is None or not access_of(request).may(Role.ADMIN, agent.workspace_id):
            raise PermissionDenied
        self.agent = agent
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:
        project = TelephonySettings.of(self.agent.workspace_id).project
        context = {
            **admin.site.each_context(request),
            "title": gettext("Talk to %(agent)s") % {"agent": self.agent.name},
            "agent": self.agent,
            "minutes": int(LONGEST.total_seconds() // 60),
            "configured": project.is_configured,
            "sandbox": project.is_default and settings.LIVEKIT_IS_SANDBOX,
        }
        page = render(request, "admin/calls/agent_test/page.html", context)
        page._csp_update = {"connect-src": ["'self'", *sources(project)]}  # type: ignore[attr-defined]
        return page

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        medium = request.POST.get("medium", "")
        if medium not in TestMedium.values:
            return _refused(f"Choose one of {', '.join(TestMedium.values)}.", 400)
        try:
            test = start_test(self.agent, medium=medium, user=request.user)  # type: ignore[arg-type]
        except ServiceError as error:
            return _refused(error.message, 409)
        except ValidationError as error:
            return _refused(" ".join(error.messages), 400)
        told = {"id": str(test.pk), **access(test)}
        return JsonResponse(told, status=201, headers={"Cache-Control": "no-store"})


class EndTalkView(TalkView):
    """Ends a test conversation of the agent, on POST."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        given = request.POST.get("test", "")
        tests = AgentTest.objects.select_related("project").filter(agent=self.agent, ended_at=None)
        test = next((one for one in tests if str(one.pk) == given), None)
        if test is not None:
            end_test(test)
        return HttpResponse(status=204)


def sources(project: LiveKitProject) -> list[str]:
    """Return the origins to which LiveKit's client connects; LiveKit Cloud names a server near the browser."""
    parts = urlsplit(public_url(project))
    if not parts.netloc:
        return []
    tls = "s" if parts.scheme in ("wss", "https") else ""
    hosts = [parts.netloc, *(["*.livekit.cloud"] if (parts.hostname or "").endswith(".livekit.cloud") else [])]
    return [f"{scheme}{tls}://{host}" for host in hosts for scheme in ("ws", "http")]


def _refused(words: str, status: int) -> JsonResponse:
    return JsonResponse({"message": words}, status=status)
