"""URLs of the outbound-trunk dialect."""

from django.urls import path, re_path

from telephony.dialects.outbound_trunks.views import NoOutboundTrunkPath, OutboundTrunkViewSet

urlpatterns = [
    path("sip/create-outbound-trunk", OutboundTrunkViewSet.as_view({"post": "create"})),
    path("sip/list", OutboundTrunkViewSet.as_view({"get": "list"})),
    re_path(r"^sip/", NoOutboundTrunkPath.as_view()),
]
