"""Search lists by a full or partial phone number in any format."""

from collections.abc import Sequence

from django.db.models import Q
from django.http import HttpRequest

from accounts.admin.access import access_of
from accounts.admin.scoping import usable_workspaces
from accounts.choices import Role
from voxa.core.phone_numbers import search_terms


def countries_of(request: HttpRequest) -> list[str]:
    """Return the countries of the user's workspaces, used to parse national formats."""
    rows = usable_workspaces(access_of(request), Role.VIEWER).order_by()
    return list(rows.values_list("country", flat=True).distinct())


def numbers_like(request: HttpRequest, term: str, fields: Sequence[str]) -> Q | None:
    """Return the filter for rows whose fields contain a full or partial number; None without digits."""
    terms = search_terms(term, countries_of(request))
    found = Q()
    for digits in terms:
        for field in fields:
            found |= Q(**{f"{field}__contains": digits})
    return found if terms else None
