"""Encrypt every stored secret again, with the first of `FERNET_KEYS`."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.db.models import BinaryField, ExpressionWrapper, F, Model, QuerySet
from fernet_fields.fields import EncryptedField

BATCH = 500  # rows


@dataclass
class Tally:
    """Counts of one field."""

    label: str
    secrets: int = 0
    rotated: int = 0
    left: int = 0
    unreadable: list[str] = field(default_factory=list)


def encrypted_fields() -> list[tuple[type[Model], EncryptedField]]:
    """Return every encrypted field of every model, those of history included."""
    return [
        (model, column)
        for model in apps.get_models(include_auto_created=True)
        for column in model._meta.local_concrete_fields
        if isinstance(column, EncryptedField)
    ]


def rotate(model: type[Model], column: EncryptedField, *, dry_run: bool = False) -> Iterator[Tally]:
    """Encrypt a field's old secrets again; yield the tally after each batch, and a final one after a last check.

    Concurrent edits are kept. Rows are not saved, so there is no history or sync: the plain text is the same.
    """
    tally = Tally(f"{model._meta.label}.{column.name}")
    newest = Fernet(column.fernet_keys[0])
    for pk, stored in _secrets(model, column.name):
        tally.secrets += 1
        if not _is_under(newest, stored):
            try:
                plain = column.fernet.decrypt(stored).decode()
            except InvalidToken:
                tally.unreadable.append(str(pk))
            else:
                if not dry_run:
                    tally.rotated += _raw(model, column.name).filter(pk=pk, raw=stored).update(**{column.name: plain})
        if tally.secrets % BATCH == 0:
            yield tally
    tally.left = sum(not _is_under(newest, stored) for _, stored in _secrets(model, column.name)) - len(
        tally.unreadable
    )
    yield tally


def _raw(model: type[Model], name: str) -> QuerySet[Model]:
    """Return the rows with the stored secret as `raw`."""
    return model._base_manager.annotate(raw=ExpressionWrapper(F(name), output_field=BinaryField()))


def _secrets(model: type[Model], name: str) -> Iterator[tuple[object, bytes]]:
    """Return key and stored secret of each row that has one, in batches by key: safe with concurrent writes."""
    rows = _raw(model, name).exclude(**{f"{name}__isnull": True}).order_by("pk").values_list("pk", "raw")
    batch = list(rows[:BATCH])
    while batch:
        for pk, stored in batch:
            yield pk, bytes(stored)
        batch = list(rows.filter(pk__gt=batch[-1][0])[:BATCH])


def _is_under(key: Fernet, stored: bytes) -> bool:
    try:
        key.decrypt(stored)
    except InvalidToken:
        return False
    return True


def count_unreadable(model: type[Model], column: EncryptedField, most: int) -> tuple[int, int]:
    """Decrypt a sample of a field; return the number that failed and the sample size."""
    rows = _raw(model, column.name).exclude(**{f"{column.name}__isnull": True})
    tried = [bytes(stored) for stored in rows.order_by("-pk").values_list("raw", flat=True)[:most]]
    return sum(not _opens(column, stored) for stored in tried), len(tried)


def _opens(column: EncryptedField, stored: bytes) -> bool:
    try:
        column.fernet.decrypt(stored)
    except InvalidToken:
        return False
    return True
