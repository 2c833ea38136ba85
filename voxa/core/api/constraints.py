"""Find the constraint of an integrity error, without exposing the database's message."""

from functools import cache

from django.apps import apps
from django.db import IntegrityError
from django.db.models import UniqueConstraint

from voxa.core.errors import Conflict

_ROOMS = ("accounts", "telephony", "calls")


def conflict_of(error: IntegrityError) -> Conflict | None:
    """Return the conflict of a broken constraint of ours, or None.

    PostgreSQL reports the constraint's name, SQLite the columns of a unique one.
    """
    diagnostics = getattr(error.__cause__, "diag", None)
    name = getattr(diagnostics, "constraint_name", None)
    text = str(error)
    if name is None and text.startswith("UNIQUE constraint failed: "):
        name = ",".join(sorted(text.partition(": ")[2].replace(" ", "").split(",")))
    constraint = _unique_constraints().get(name or "")
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
