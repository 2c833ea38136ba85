"""What models say of themselves, in the language of the page that shows it.

Names of models and fields, help texts, labels of choices and messages of constraints are plain English in the models;
here they become lazy, for all models at once. The catalogue's collector reads them from the models too.
"""

from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

APPS = frozenset({"accounts", "agents", "telephony", "calls"})


def translate(sender: type[models.Model], **_more: Any) -> None:
    """Make the texts of a model lazy."""
    if sender._meta.app_label not in APPS:
        return
    for name in ("verbose_name", "verbose_name_plural"):
        _make_lazy(sender._meta, name)
    for field in (*sender._meta.local_fields, *sender._meta.local_many_to_many):
        for name in ("verbose_name", "help_text"):
            _make_lazy(field, name)
        if field.choices:
            field.choices = [
                (value, gettext_lazy(label) if isinstance(label, str) else label)
                for value, label in field.choices
            ]  # fmt: skip
    for constraint in sender._meta.constraints:
        _make_lazy(constraint, "violation_error_message")


def _make_lazy(owner: Any, name: str) -> None:
    text = getattr(owner, name)
    if text and not isinstance(text, Promise):
        setattr(owner, name, gettext_lazy(text))
