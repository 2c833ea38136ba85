"""Find the constraint of an integrity error, without exposing the database's message."""

from functools import cache

from django.apps import apps
from django.db import IntegrityError
from django.db.models import UniqueConstraint

from voxa.core.errors import Conflict

_ROOMS = ("accounts", "telephony", "calls")


def violated(error: IntegrityError) -> str:
    """Return the name of the broken constraint, or "". The text is not searched: it quotes values of customers.

    SQLite reports the columns of a unique constraint, which are returned sorted, and names only indexes.
    """
    name: str | None = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    kind, _, columns = str(error).partition(" constraint failed: ")
    if name or kind != "UNIQUE":
        return name or ""
    return ",".join(sorted(columns.removeprefix("index ").strip("'").split(", ")))


def conflict_of(error: IntegrityError) -> Conflict | None:
    """Return the conflict of a broken constraint of ours, or None."""
    constraint = _unique_constraints().get(violated(error))
    if constraint is None:
        return None
    return Conflict("conflict", str(constraint.get_violation_error_message()), constraint.fields[-1])


@cache
def _unique_constraints() -> dict[str, UniqueConstraint]:
    """Return our unique constraints by name and by sorted columns. A broken check constraint is a bug."""
    found: dict[str, UniqueConstraint] = {}
    for model in (model for label in _ROOMS for model in apps.get_app_config(label).get_models()):
        for constraint in model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and constraint.fields:
                columns = (getattr(model._meta.get_field(name), "column", "") for name in constraint.fields)
                by_columns = ",".join(sorted(f"{model._meta.db_table}.{column}" for column in columns))
                found |= {constraint.name: constraint, by_columns: constraint}
    return found
