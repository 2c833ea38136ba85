"""URLs of the transfer-trunk dialect."""

from django.urls import path, re_path

from telephony.dialects.transfer_trunks.views import NoTransferTrunkPath, TransferTrunkViewSet

urlpatterns = [
    path("sip-trunks", TransferTrunkViewSet.as_view({"get": "list", "post": "create"})),
    path("sip-trunks/<str:id>", TransferTrunkViewSet.as_view({"get": "retrieve", "delete": "destroy"})),
    re_path(r"^sip-trunks/", NoTransferTrunkPath.as_view()),
]
