"""Shared code of dialects: field names, and errors for paths without a view."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Model
from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.settings import api_settings

from accounts.api.views import WorkspaceAPIView, WorkspaceViewSet
from accounts.choices import Scope
from voxa.core.api.errors import ApiError, Detail
from voxa.core.api.fallbacks import nowhere
from voxa.core.errors import Conflict

M = TypeVar("M", bound=Model)


@contextmanager
def named_as(names: Mapping[str, str]) -> Iterator[None]:
    """Rename fields in errors of services to the dialect's JSON: `{"gateways[0].ip_or_domain": "host"}`.

    Raise REST framework's `ValidationError`, whose names stay unchanged; the native one would turn
    them into camelCase. The name of a list also maps its items: `numbers` maps `numbers[0]`. A name that is
    not mapped is kept.
    """
    try:
        yield
    except DjangoValidationError as error:
        found = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
        renamed: dict[str, list[ErrorDetail]] = {}
        for path, errors in found.items():
            name = api_settings.NON_FIELD_ERRORS_KEY if path == NON_FIELD_ERRORS else _renamed(path, names)
            details = [ErrorDetail(text, one.code or "invalid") for one in errors for text in one.messages]
            renamed.setdefault(str(name), []).extend(details)
        raise ValidationError(renamed) from None
    except Conflict as conflict:
        if conflict.field not in names:
            raise
        detail = Detail(names[conflict.field], conflict.code, conflict.message)
        raise ApiError(conflict.code, conflict.message, 409, [detail]) from None


def _renamed(path: str, names: Mapping[str, str]) -> str:
    stem, bracket, place = path.partition("[")
    return names.get(path) or names.get(stem, stem) + bracket + place


class DialectViewSet(WorkspaceViewSet[M]):
    """A view of a dialect. A subclass sets `error_renderer` and `error_schema`; lists are not paginated."""

    read_scope = Scope.AGENTS_READ
    write_scope = Scope.WORKSPACE_ADMIN
    pagination_class = None  # type: ignore[assignment]  # as APIView itself allows


class NoSuchPath(WorkspaceAPIView[Any]):
    """A 404 below a path of the dialect. A subclass sets `error_renderer`, so the error has its shape."""

    authentication_classes = []
    schema = None  # type: ignore[assignment]  # not an operation

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound(nowhere(request.path))
