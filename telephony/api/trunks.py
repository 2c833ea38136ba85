"""`/v1/telephony/trunks`."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from telephony import selectors
from telephony.api.docs import PAUSE, PROVISION, RESUME, TRUNKS
from telephony.api.filters import TrunkFilter
from telephony.api.resource import ResourceViewSet
from telephony.api.serializers import TrunkSerializer
from telephony.api.trunk_rows import TRUNK_ROWS
from telephony.models import Trunk
from telephony.selectors import NUMBERS_IN_LIST, NUMBERS_OF_ONE
from telephony.services import trunks
from telephony.services.errors import Problems
from telephony.sync.request import wait_for_sync
from telephony.trunk_parts import has_parts, show_created
from voxa.core.api.pagination import first_page


@TRUNKS
class TrunkViewSet(ResourceViewSet[Trunk]):
    """Trunks. After a change the response waits briefly for LiveKit, so that it usually is `active`."""

    noun = "trunk"
    read_scope = Scope.AGENTS_READ
    write_scope = Scope.WORKSPACE_ADMIN
    queryset = Trunk.objects.none()
    serializer_class = TrunkSerializer
    filterset_class = TrunkFilter
    row_text = TRUNK_ROWS
    first_page = first_page(
        lambda workspace: TRUNK_ROWS.select_text(selectors.trunks_in_full(workspace, NUMBERS_IN_LIST))
    )

    def get_queryset(self) -> QuerySet[Trunk]:
        return selectors.trunks_in_full(self.workspace.pk, NUMBERS_IN_LIST)

    def find(self, reference: str) -> Trunk | None:
        return selectors.find_trunk(self.workspace, reference)

    def retrieve(self, request: Request, id: str) -> Response:
        return Response(self.shown(self._found_in_full(id)))

    def add(self, values: dict[str, Any], problems: Problems) -> Trunk:
        self._note_numbers(tuple, problems)
        trunk, gateways = trunks.create_with_gateways(self.workspace, values, problems=problems)
        show_created(trunk, gateways)
        return self.fresh(trunk)

    def change(self, row: Trunk, values: dict[str, Any], problems: Problems) -> Trunk:
        self._note_numbers(lambda: row.numbers.values_list("number", flat=True), problems)
        return self.fresh(trunks.update_trunk(row, values, problems=problems))

    def to_change(self, reference: str) -> Trunk:
        return self._named(reference) if isinstance(self.request.data, Mapping) else self.found(reference)

    def to_delete(self, reference: str) -> Trunk:
        return self._named(reference)

    def remove(self, row: Trunk) -> None:
        if not trunks.delete_trunk(row):
            raise self.missing()

    def _named(self, reference: str) -> Trunk:
        """Leave a trunk that is named by its UUID to the statement that locks it."""
        pk = selectors.uuid_of(reference)
        return self.found(reference) if pk is None else Trunk(pk=pk, workspace=self.workspace)

    def _note_numbers(self, own: Callable[[], Iterable[str]], problems: Problems) -> None:
        """Add an error for numbers in the body that the trunk does not have, rather than ignore them silently."""
        sent = self.request.data.get("numbers") if isinstance(self.request.data, Mapping) else None
        if not isinstance(sent, list):
            return
        numbers = {str(one.get("number") if isinstance(one, Mapping) else one) for one in sent}
        known = set(own())
        cut_off = len(sent) in (NUMBERS_IN_LIST, NUMBERS_OF_ONE) and numbers <= known
        if numbers != known and not cut_off:
            words = "Numbers are added, moved and removed at /v1/telephony/numbers. Remove them from this request."
            problems.add("numbers", words, "read_only")

    @PROVISION
    def provision(self, request: Request, id: str) -> Response:
        trunk = self.found(id)
        trunks.provision_trunk(trunk)
        return Response(self.shown(self.fresh(trunk, even_if_away=True)))

    @PAUSE
    def pause(self, request: Request, id: str) -> Response:
        return self._switched(id, trunks.pause_calls)

    @RESUME
    def resume(self, request: Request, id: str) -> Response:
        return self._switched(id, trunks.resume_calls)

    def _switched(self, reference: str, switch: Callable[[Trunk], Trunk]) -> Response:
        trunk = switch(self.found(reference))
        return Response(self.shown(self._found_in_full(str(trunk.pk))))

    def fresh(self, trunk: Trunk, *, even_if_away: bool = False) -> Trunk:
        """Return a trunk after a short wait for LiveKit, where that can help."""
        waited = wait_for_sync(trunk.pk, settings.PROVISION_WAIT_SECONDS, even_if_away=even_if_away)
        return self._found_in_full(str(trunk.pk)) if waited or not has_parts(trunk) else trunk

    def _found_in_full(self, reference: str) -> Trunk:
        trunk = selectors.find_in_full(self.workspace, reference)
        if trunk is None:
            raise self.missing()
        return trunk
