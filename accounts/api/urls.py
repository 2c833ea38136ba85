"""Native URLs of accounts, under `/v1`."""

from django.urls import path

from accounts.api.webhooks import WebhookDeliveryViewSet as Deliveries
from accounts.api.webhooks import WebhookEndpointViewSet as Endpoints

urlpatterns = [
    path("webhooks", Endpoints.as_view({"get": "list", "post": "create"})),
    path("webhooks/<uuid:id>", Endpoints.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"})),
    path("webhooks/<uuid:id>/rotate-secret", Endpoints.as_view({"post": "rotate_secret"})),
    path("webhooks/<uuid:id>/test", Endpoints.as_view({"post": "test"})),
    path("webhooks/<uuid:id>/deliveries", Deliveries.as_view({"get": "list"})),
    path("webhooks/<uuid:id>/deliveries/<uuid:delivery_id>/resend", Deliveries.as_view({"post": "resend"})),
]
