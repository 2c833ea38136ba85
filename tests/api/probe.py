"""A small API over agents, so that the frame is tested without a room's own rules."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import include, path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from accounts.api.views import WorkspaceViewSet
from accounts.choices import Scope
from telephony.models import Agent
from voxa import urls as voxa_urls
from voxa.core.api.serializers import CamelModelSerializer, CamelSerializer
from voxa.core.errors import Conflict, Unavailable

handler400, handler403 = voxa_urls.handler400, voxa_urls.handler403
handler404, handler500 = voxa_urls.handler404, voxa_urls.handler500


class HopSerializer(CamelSerializer):
    ip_or_domain = serializers.CharField()
    port = serializers.IntegerField(min_value=1, max_value=65535, default=5060)


class ProbeSerializer(CamelModelSerializer[Agent]):
    hops = HopSerializer(many=True, required=False, write_only=True)
    extra = serializers.JSONField(required=False, write_only=True)

    class Meta:
        model = Agent
        fields = ["id", "name", "system_prompt", "active", "created_at", "hops", "extra"]


class ProbeViewSet(WorkspaceViewSet[Agent]):
    read_scope = Scope.AGENTS_READ
    write_scope = Scope.AGENTS_WRITE
    serializer_class = ProbeSerializer

    def get_queryset(self) -> QuerySet[Agent]:
        return Agent.objects.filter(workspace=self.workspace)

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, id: str) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    def create(self, request: Request) -> Response:
        data = self.get_serializer(data=request.data)
        data.is_valid(raise_exception=True)
        agent = Agent(workspace=self.workspace, name=data.validated_data["name"])
        _react(agent.name)
        agent.save()
        return Response(self.get_serializer(agent).data, status=201)


def _react(name: str) -> None:
    """Fail in the way that the name asks for."""
    errors: dict[str, Any] = {
        "model": ValidationError({"system_prompt": "Too vague.", "gateways[0].ip_or_domain": ["No host."]}),
        "taken": Conflict("taken", "Taken.", "auth_username"),
        "away": Unavailable("not_configured", "Not now."),
        "bug": RuntimeError("the password is hunter2"),
    }
    if name in errors:
        raise errors[name]


router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("probes", ProbeViewSet, basename="probe")
urlpatterns = [path("v1/", include(router.urls)), path("", include(voxa_urls))]
