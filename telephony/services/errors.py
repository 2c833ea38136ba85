"""Errors of services: all wrong fields together, or a conflict with existing rows."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from voxa.core.api.constraints import violated
from voxa.core.errors import Conflict as Conflict
from voxa.core.number_fields import to_canonical


class Problems(dict[str, list[ValidationError]]):
    """All errors of a request by path (`name`, `gateways[0].port`). The first error of a path is kept."""

    def add(self, path: str, error: ValidationError | str, code: str = "invalid") -> None:
        """Add an error."""
        found = error if isinstance(error, ValidationError) else ValidationError(error, code=code)
        self.setdefault(path, found.error_list)

    def number(self, path: str, text: str, country: str) -> str:
        """Return the canonical form of a phone number. Add an error and return "" if it is invalid."""
        try:
            return to_canonical(text, country)
        except ValidationError as error:
            self.add(path, error)
            return ""

    def check(self, row: models.Model, fields: Iterable[str], prefix: str = "") -> None:
        """Run a row's validators and `clean` on some of its fields, without a query."""
        unnamed = {field.name for field in row._meta.fields} - set(fields)
        self._collect(partial(row.clean_fields, unnamed), prefix)
        self._collect(row.clean, prefix)

    def _collect(self, rule: Callable[[], None], prefix: str) -> None:
        try:
            rule()
        except ValidationError as error:
            for field, errors in error.error_dict.items():
                path = prefix + field
                # A value with invalid parts has errors already; errors of the whole add nothing.
                if not any(known.startswith((f"{path}[", f"{path}.")) for known in self):
                    self.setdefault(path, errors)

    def raise_any(self) -> None:
        """Raise one `ValidationError` with all errors, if any."""
        if self:
            raise ValidationError(dict(self))


@contextmanager
def conflicts_named() -> Iterator[None]:
    """Run a transaction; turn a broken constraint into a `Conflict`.

    The constraint decides, not a query beforehand: of two concurrent requests, one wins.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise _conflict(error) from None


def username_taken() -> Conflict:
    """Return the conflict of a SIP username that is taken."""
    return Conflict(*_USERNAME)


_NUMBER = ("number_taken", "This number is already in use on this LiveKit server. Choose another one.", "number")
_USERNAME = ("sip_username_taken", "This SIP username is already in use. Choose another one.", "sip_username")
_AGENT = ("agent_taken", "This agent already has a SIP endpoint. Choose another agent.", "agent")
# By the constraint's name in PostgreSQL, and by its index or columns in SQLite.
_KEY_NAME = ("key_name_taken", "The workspace has a provider key of this name. Choose another name.", "name")
_TOOL_NAME = ("tool_name_taken", "The workspace has a tool of this name. Choose another name.", "name")
_TEMPLATE_NAME = (
    "analysis_template_name_taken", "The workspace has an analysis template of this name. Choose another name.", "name",
)  # fmt: skip
_MCP_NAME = ("mcp_server_name_taken", "The workspace has an MCP server of this name. Choose another name.", "name")
_CONFLICTS = {
    "provider_key_name_once": _KEY_NAME,
    "telephony_providerkey.name,telephony_providerkey.workspace_id": _KEY_NAME,
    "tool_name_once": _TOOL_NAME,
    "telephony_tool.name,telephony_tool.workspace_id": _TOOL_NAME,
    "analysis_template_name_once": _TEMPLATE_NAME,
    "telephony_analysistemplate.name,telephony_analysistemplate.workspace_id": _TEMPLATE_NAME,
    "mcp_server_name_once": _MCP_NAME,
    "telephony_mcpserver.name,telephony_mcpserver.workspace_id": _MCP_NAME,
    "number_once_per_project": _NUMBER,
    "telephony_phonenumber.number,telephony_phonenumber.project_id": _NUMBER,
    "endpoint_username_once": _USERNAME,
    "telephony_sipendpoint_agent_id_key": _AGENT,
    "telephony_sipendpoint.agent_id": _AGENT,
}


def _conflict(error: IntegrityError) -> Exception:
    if found := _CONFLICTS.get(violated(error)):
        return Conflict(*found)
    if getattr(error.__cause__, "sqlstate", "") == "23503" or str(error) == "FOREIGN KEY constraint failed":
        return Conflict("changed_meanwhile", "A row this refers to was deleted at the same time. Reload and try again.")
    return error
