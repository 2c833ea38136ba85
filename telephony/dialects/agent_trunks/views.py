"""`/v1/trunks`."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q
from django.utils import timezone
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from agents.choices import ProviderCheck
from telephony import selectors
from telephony.call_metrics import metrics_of
from telephony.choices import TrunkStatus
from telephony.dialects.agent_trunks import renderer
from telephony.dialects.agent_trunks.docs import AGENT_TRUNKS, ROTATE_PASSWORD
from telephony.dialects.agent_trunks.reading import read_change, read_new, worded
from telephony.dialects.agent_trunks.serializers import (
    AgentTrunkQuerySerializer,
    AgentTrunkSerializer,
    show,
    show_listed,
    show_updated,
    time_text,
)
from telephony.dialects.frame import DialectViewSet, NoSuchPath
from telephony.models import SipEndpoint, TelephonySettings
from telephony.services import endpoints
from telephony.services.errors import Problems
from telephony.sync.kinds import ENDPOINTS
from telephony.sync.request import wait_for_sync

_ERROR = Q(status=TrunkStatus.FAILED) | Q(agent__provider_check=ProviderCheck.REFUSED)
_ACTIVE = Q(agent__active=True, synced_generation__gt=0) & ~_ERROR
_BY_STATUS = {"error": _ERROR, "active": _ACTIVE, "inactive": ~_ACTIVE & ~_ERROR}


@AGENT_TRUNKS
class AgentTrunkViewSet(DialectViewSet[SipEndpoint]):
    """SIP endpoints with their agents. After a change the response waits briefly for LiveKit."""

    error_renderer = renderer.render
    error_schema = renderer.AgentTrunkErrorSerializer
    error_descriptions = renderer.DESCRIPTIONS
    queryset = SipEndpoint.objects.none()
    serializer_class = AgentTrunkSerializer

    def list(self, request: Request) -> Response:
        asked = AgentTrunkQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        limit, offset, status = (asked.validated_data.get(name) for name in ("limit", "offset", "status"))
        rows = selectors.endpoints(self.workspace)
        if status:
            rows = rows.filter(_BY_STATUS[status])
        page = list(rows[offset : offset + limit])
        metrics = metrics_of(self.workspace, [endpoint.agent_id for endpoint in page])
        pagination = {"limit": limit, "offset": offset, "total": rows.count()}
        return Response({"trunks": [show_listed(one, metrics) for one in page], "pagination": pagination})

    def create(self, request: Request) -> Response:
        problems = Problems()
        given: Any = request.data if isinstance(request.data, dict) else {}
        with worded(str(given.get("sip_username")), str(given.get("ai_provider"))):
            values, agent_values = read_new(request.data, problems)
            endpoint = endpoints.create_endpoint(self.workspace, values, agent_values, problems=problems)
        return Response(self.shown(self.fresh(endpoint)), status=201)

    def retrieve(self, request: Request, id: str) -> Response:
        return Response(self.shown(self.found(id)))

    def partial_update(self, request: Request, id: str) -> Response:
        endpoint, problems = self.found(id), Problems()
        provider = endpoint.agent.ai_provider
        try:
            with worded(endpoint.sip_username, provider):
                now = {**self.shown(endpoint), "sip_password": endpoint.sip_password}
                values, agent_values = read_change(request.data, now, problems)
                endpoints.update_endpoint(endpoint, values, agent_values, problems=problems)
        except ObjectDoesNotExist:  # deleted in the meantime
            raise self.missing(id) from None
        return Response(show_updated(self.fresh(endpoint)))

    def destroy(self, request: Request, id: str) -> Response:
        endpoints.delete_endpoint(self.found(id), with_agent=True)
        return Response(status=204)

    @ROTATE_PASSWORD
    def rotate_password(self, request: Request, id: str) -> Response:
        endpoint = self.found(id)
        try:
            password = endpoints.rotate_password(endpoint)
        except ObjectDoesNotExist:  # deleted in the meantime
            raise self.missing(id) from None
        rotated = time_text(timezone.now())
        self.fresh(endpoint)
        answer = {"id": endpoint.public_id, "sip_username": endpoint.sip_username}
        return Response({**answer, "sip_password": password, "rotated_at": rotated})

    def shown(self, endpoint: SipEndpoint) -> dict[str, Any]:
        """Return a trunk as JSON."""
        return show(endpoint, TelephonySettings.of(self.workspace.pk).project.domain)

    def fresh(self, endpoint: SipEndpoint) -> SipEndpoint:
        """Return a trunk after a short wait for LiveKit."""
        wait_for_sync(endpoint.pk, settings.PROVISION_WAIT_SECONDS, kind=ENDPOINTS)
        return self.found(endpoint.public_id)

    def found(self, id: str) -> SipEndpoint:
        """Return the trunk with this id. Raise `NotFound`."""
        endpoint = selectors.find_endpoint(self.workspace, id)
        if endpoint is None:
            raise self.missing(id)
        return endpoint

    def missing(self, id: str) -> NotFound:
        """Return the error for an id that the workspace does not have."""
        return NotFound(f"Trunk '{id}' not found")


class NoAgentTrunkPath(NoSuchPath):
    """Any other path below `/v1/trunks`."""

    error_renderer = renderer.render
