"""Telling which constraint of ours a database refused to break, without repeating what the database said."""

from functools import cache

from django.apps import apps
from django.db import IntegrityError
from django.db.models import BaseConstraint, UniqueConstraint

from accounts.errors import Conflict

_ROOMS = ("accounts", "telephony", "calls")


def conflict_of(error: IntegrityError) -> Conflict | None:
    """Give the conflict that a broken constraint of ours means; None for a constraint nobody named.

    PostgreSQL tells the constraint's name, SQLite the columns of a unique one.
    """
    diagnostics = getattr(error.__cause__, "diag", None)
    name = getattr(diagnostics, "constraint_name", None)
    text = str(error)
    if name is None and text.startswith("UNIQUE constraint failed: "):
        name = ",".join(sorted(text.partition(": ")[2].replace(" ", "").split(",")))
    constraint = _constraints().get(name or "")
    if constraint is None:
        return None
    last = constraint.fields[-1] if isinstance(constraint, UniqueConstraint) and constraint.fields else ""
    message = constraint.violation_error_message or constraint.default_violation_error_message
    return Conflict("conflict", str(message), last)


@cache
def _constraints() -> dict[str, BaseConstraint]:
    """Give our constraints by name, and the unique ones by their sorted columns too."""
    found: dict[str, BaseConstraint] = {}
    for model in (model for label in _ROOMS for model in apps.get_app_config(label).get_models()):
        for constraint in model._meta.constraints:
            found[constraint.name] = constraint
            if isinstance(constraint, UniqueConstraint) and constraint.fields:
                columns = (model._meta.get_field(name) for name in constraint.fields)
                table = model._meta.db_table
                found[",".join(sorted(f"{table}.{getattr(column, 'column', '')}" for column in columns))] = constraint
    return found
