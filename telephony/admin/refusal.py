"""Pages that services save: what a service refuses is an error of the form, like any other."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest

from voxa.core.errors import Conflict


@contextmanager
def errors_in(form: forms.BaseForm) -> Iterator[None]:
    """Undo what a service refuses, and add its errors to the form."""
    try:
        with transaction.atomic():
            yield
    except Conflict as error:
        add_error(form, error.field, error.message)
    except ValidationError as error:
        by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
        for name, errors in by_field.items():
            add_error(form, name, errors)


def add_error(form: forms.BaseForm, field: str, error: Any) -> None:
    """Add an error at its field, or to the form where it has no such field."""
    form.add_error(field if field in form.fields else None, error)


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form that is saved by `service` as the last of its checks. `saved` is the row."""

    service: Callable[[Any], Model] | None = None
    saved: Model | None = None

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.service is not None and not self.errors:
            with errors_in(self):
                self.saved = self.service(self)


class ServicePage:
    """An admin page without inlines, saved by `save_by_service` in the transaction of the page."""

    @abstractmethod
    def save_by_service(self, request: HttpRequest, form: Any) -> Model:
        """Save the valid form and return the row."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]
        form.service = partial(self.save_by_service, request)
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Take over the saved row."""
        obj.__dict__.update(form.saved.__dict__)
