"""`/v1/voices`."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import WorkspaceAPIView
from accounts.choices import Scope
from telephony.models import ProviderKey
from telephony.services.voices import voices, with_voices
from voxa.core.api.serializers import CamelSerializer

_VOICE = {"id": "21m00Tcm4TlvDq8ikWAM", "name": "Rachel", "languages": ["en-US"], "description": "female, American"}


class VoiceSerializer(CamelSerializer):
    """A voice of a provider."""

    id = serializers.CharField(help_text="What an agent has as its `voice`.")
    name = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField(), help_text="As far as the provider tells.")
    description = serializers.CharField(allow_blank=True)


class VoicesSerializer(CamelSerializer):
    """The voices of a provider, by name."""

    results = VoiceSerializer(many=True)


class VoicesView(WorkspaceAPIView[ProviderKey]):
    """The voices that a provider offers to a key of the workspace."""

    read_scope = Scope.AGENTS_READ
    queryset = ProviderKey.objects.none()
    http_method_names = ["get", "head"]
    extra_error_statuses = (400, 409, 503)

    @extend_schema(
        tags=["Provider keys"],
        operation_id="voices_list",
        summary="List a provider's voices",
        description="Asks the provider with a key of the workspace, within 6 seconds, and keeps the list for 10 "
        "minutes. 409 `no_provider_key` or `key_refused` without a key that it accepts, 503 `provider_unavailable` if "
        "it does not answer.",
        parameters=[
            OpenApiParameter("provider", OpenApiTypes.STR, required=True, enum=with_voices()),
            OpenApiParameter(
                "keyId", OpenApiTypes.UUID, description="The provider key to use. Default: the one entered last."
            ),
        ],
        responses={200: VoicesSerializer},
        examples=[OpenApiExample("Answer", {"results": [_VOICE]}, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        provider, key = request.query_params.get("provider", ""), request.query_params.get("keyId", "")
        wrong: dict[str, Any] = {}
        if provider not in with_voices():
            wrong["provider"] = [f"Choose one of {', '.join(with_voices())}."]
        try:
            key_id = UUID(key) if key else None
        except ValueError:
            wrong["keyId"] = ["Enter the id of a provider key, a UUID."]
        if wrong:
            raise serializers.ValidationError(wrong, "invalid_choice")
        return Response({"results": voices(self.workspace, provider, key_id)})
