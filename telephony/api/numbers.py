"""`/v1/telephony/numbers`."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.db.models import QuerySet

from accounts.choices import Scope
from telephony import selectors
from telephony.api.docs import NUMBERS
from telephony.api.filters import NumberFilter
from telephony.api.resource import ResourceViewSet
from telephony.api.serializers import NumberSerializer
from telephony.models import PhoneNumber
from telephony.services import numbers
from telephony.services.errors import Problems
from voxa.core.api.pagination import first_page
from voxa.core.api.row_text import RowText
from voxa.core.statements import Asked

_ROWS = RowText(PhoneNumber, NumberSerializer, "created_at", "id")


@NUMBERS
class NumberViewSet(ResourceViewSet[PhoneNumber]):
    """Phone numbers. Adding or moving one provisions the affected trunks again."""

    noun = "number"
    read_scope = Scope.AGENTS_READ
    write_scope = Scope.WORKSPACE_ADMIN
    queryset = PhoneNumber.objects.none()
    serializer_class = NumberSerializer
    filterset_class = NumberFilter
    row_text = _ROWS
    first_page = first_page(lambda workspace: _ROWS.select_text(selectors.numbers(workspace)))

    def get_queryset(self) -> QuerySet[PhoneNumber]:
        return selectors.numbers(self.workspace)

    def add(self, values: dict[str, Any], problems: Problems) -> PhoneNumber:
        with numbers.adding(self.workspace, *self._rows_asked(values)):
            return numbers.new_number(self.workspace, self._with_rows(values, problems), problems)

    def change(self, row: PhoneNumber, values: dict[str, Any], problems: Problems) -> PhoneNumber:
        return numbers.update_number(row, self._with_rows(values, problems), problems=problems)

    def remove(self, row: PhoneNumber) -> None:
        numbers.remove_number(row)

    def _rows_asked(self, values: dict[str, Any]) -> Iterator[Asked]:
        """Return what `_with_rows` asks the database about the rows that most numbers have, as far as it is known."""
        if values.get("trunk") is not None:
            yield from selectors.trunk_asked(self.workspace, values["trunk"])
        if values.get("agent") is not None:
            yield selectors.agent_asked(self.workspace, values["agent"])

    def _with_rows(self, values: dict[str, Any], problems: Problems) -> dict[str, Any]:
        """Replace ids with rows of the workspace. Rows of others do not exist here."""
        relations: dict[str, Callable[[Any], Any]] = {
            "trunk": partial(selectors.find_trunk, self.workspace),
            "agent": partial(selectors.find_agent, self.workspace),
            "fallback_agent": partial(selectors.find_agent, self.workspace),
            "transfer_trunk": partial(selectors.find_trunk, self.workspace),
        }
        for name, find in relations.items():
            if (wanted := values.get(name)) is not None:
                values[name] = find(wanted)
                if values[name] is None:
                    del values[name]
                    problems.add(name, "The workspace has none with this id.", "not_found")
        return values
