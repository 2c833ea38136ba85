"""Every text that the database keeps is classified, and erasure cleans all that may hold a person's number."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from calls.services import erasure
from calls.services.personal_data import OTHER, PERSONAL

TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.GenericIPAddressField)


def texts() -> Iterator[tuple[str, set[str]]]:
    """Yield each model of ours with its columns of free text or JSON; history is classified with its model."""
    for model in apps.get_models():
        if model._meta.app_label in ("accounts", "telephony", "calls") and not hasattr(model, "history_object"):
            fields = [field for field in model._meta.concrete_fields if isinstance(field, TEXTS) and not field.choices]
            if fields:
                yield model._meta.label, {field.name for field in fields}


@pytest.mark.parametrize(("label", "columns"), list(texts()))
def test_each_text_column_is_classified(label: str, columns: set[str]) -> None:
    personal, other = PERSONAL.get(label, frozenset()), OTHER.get(label, frozenset())
    assert personal | other == columns, "Name it in calls/services/personal_data.py, and erase it if personal."
    assert not personal & other


@pytest.mark.parametrize("label", [*PERSONAL, *OTHER])
def test_nothing_is_classified_that_does_not_exist(label: str) -> None:
    assert label in dict(texts())


def test_erasure_knows_each_model_with_personal_data() -> None:
    assert [label for label in PERSONAL if not hasattr(erasure, label.split(".")[1])] == []
