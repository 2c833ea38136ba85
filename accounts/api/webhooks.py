"""`/v1/webhooks`."""

from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors
from accounts.api.docs import DELIVERIES, ENDPOINTS, RESEND, ROTATE_SECRET, SEND_TEST
from accounts.api.serializers import (
    WebhookDeliverySerializer,
    WebhookEndpointSerializer,
    WebhookEndpointWithSecretSerializer,
)
from accounts.api.views import WorkspaceViewSet
from accounts.choices import DeliveryStatus
from accounts.models import WebhookDelivery, WebhookEndpoint
from accounts.services import webhooks
from voxa.core.api.filters import NamedChoiceFilter


@ENDPOINTS
class WebhookEndpointViewSet(WorkspaceViewSet[WebhookEndpoint]):
    """The webhook endpoints of the workspace. All operations require the scope `workspace:admin`."""

    queryset = WebhookEndpoint.objects.none()
    serializer_class = WebhookEndpointSerializer

    def get_queryset(self) -> QuerySet[WebhookEndpoint]:
        return selectors.webhook_endpoints(self.workspace)

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def create(self, request: Request) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        endpoint, _ = webhooks.create_endpoint(self.workspace, **body.validated_data)
        return Response(WebhookEndpointWithSecretSerializer(endpoint).data, status=201)

    def retrieve(self, request: Request, id: UUID) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    def partial_update(self, request: Request, id: UUID) -> Response:
        endpoint = self.get_object()
        body = self.get_serializer(endpoint, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        endpoint, secret = webhooks.update_endpoint(endpoint, body.validated_data)
        answer = {
            **self.get_serializer(endpoint).data,
            "secret": secret,
            "warnings": [webhooks.NEW_URL] if secret else [],
        }
        return Response(answer, headers={"Cache-Control": "no-store"})

    def destroy(self, request: Request, id: UUID) -> Response:
        self.get_object().delete()
        return Response(status=204)

    @ROTATE_SECRET
    def rotate_secret(self, request: Request, id: UUID) -> Response:
        endpoint, _ = webhooks.rotate_secret(self.get_object())
        return Response(WebhookEndpointWithSecretSerializer(endpoint).data)

    @SEND_TEST
    def test(self, request: Request, id: UUID) -> Response:
        return Response(WebhookDeliverySerializer(webhooks.send_test(self.get_object())).data, status=202)


class WebhookDeliveryFilter(filters.FilterSet):
    """Filters of deliveries."""

    status = NamedChoiceFilter(DeliveryStatus.choices)

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []


@DELIVERIES
class WebhookDeliveryViewSet(WorkspaceViewSet[WebhookDelivery]):
    """The deliveries of one endpoint."""

    queryset = WebhookDelivery.objects.none()
    serializer_class = WebhookDeliverySerializer
    filter_backends = [filters.DjangoFilterBackend]
    filterset_class = WebhookDeliveryFilter

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        return selectors.webhook_deliveries(self.workspace)

    def list(self, request: Request, id: UUID) -> Response:
        if not selectors.webhook_endpoints(self.workspace).filter(pk=id).exists():
            raise NotFound("The workspace has no webhook with this id.")
        rows = self.filter_queryset(self.get_queryset().filter(endpoint_id=id))
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)

    @RESEND
    def resend(self, request: Request, id: UUID, delivery_id: UUID) -> Response:
        delivery = self.get_queryset().filter(endpoint_id=id, pk=delivery_id).first()
        if delivery is None:
            raise NotFound("This webhook has no delivery with this id.")
        return Response(self.get_serializer(webhooks.resend(delivery)).data, status=202)
