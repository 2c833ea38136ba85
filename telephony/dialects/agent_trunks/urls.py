"""URLs of the agent-trunk dialect. The native trunks are at `/v1/telephony/trunks`."""

from django.urls import path, re_path

from telephony.dialects.agent_trunks.views import AgentTrunkViewSet, NoAgentTrunkPath

urlpatterns = [
    path("v1/trunks", AgentTrunkViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "v1/trunks/<str:id>",
        AgentTrunkViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("v1/trunks/<str:id>/rotate-password", AgentTrunkViewSet.as_view({"post": "rotate_password"})),
    re_path(r"^v1/trunks/", NoAgentTrunkPath.as_view()),
]
