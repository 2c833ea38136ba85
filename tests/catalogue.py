"""The German catalogue: `make messages` collects the texts of the admin anew and compiles the translations.

Texts of unfold, which has no German of its own, are in it too; those of Django are in Django's.
"""

import os
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import django
import unfold
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.contrib import admin
from django.utils.translation import override
from django.utils.translation.template import templatize

from voxa.core.translated_models import APPS

BASE = Path(__file__).resolve().parent.parent
FOLDER = BASE / "locale" / "de" / "LC_MESSAGES"
PO, MO = FOLDER / "django.po", FOLDER / "django.mo"
KEYWORDS = {**DEFAULT_KEYWORDS, "gettext_lazy": None, "ngettext_lazy": (1, 2), "pgettext_lazy": ((1, "c"), 2)}
UNFOLD = Path(unfold.__file__).parent


def sources() -> Iterator[Path]:
    """Return the files with texts of the project, then unfold's without its extensions."""
    for folder in ("accounts", "agents", "telephony", "calls", "voxa", "templates"):
        for ending in ("*.py", "*.html"):
            yield from sorted((BASE / folder).rglob(ending))
    for ending in ("*.py", "*.html"):
        yield from (path for path in sorted(UNFOLD.rglob(ending)) if "contrib" not in path.parts)


def texts_of(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Return a file's texts, singular and plural where there are both, with their contexts."""
    text = path.read_text("utf-8")
    if path.suffix == ".html":
        text = re.sub(r"(?m)^[ \t]+", "", templatize(text))  # no longer HTML, and not quite Python
    for _line, found, _comments, context in extract("python", BytesIO(text.encode()), KEYWORDS):
        yield found, context


def of_django() -> set[str]:
    """Return what Django's German catalogues translate."""
    files = Path(django.__file__).parent.rglob("locale/de/LC_MESSAGES/django.mo")
    return {entry.id if isinstance(entry.id, str) else entry.id[0] for file in files for entry in _read(file)}


def _read(file: Path) -> Catalog:
    with file.open("rb") as opened:
        return read_mo(opened)


def texts_of_models() -> Iterator[str]:
    """Return what `voxa.core.translated_models` makes lazy in the models that the admin shows."""
    shown = {
        model for page in admin.site._registry.values() for model in (page.model, *(one.model for one in page.inlines))
    }
    for options in (model._meta for model in shown if model._meta.app_label in APPS):
        yield from (str(options.verbose_name), str(options.verbose_name_plural))
        for field in (*options.local_fields, *options.local_many_to_many):
            if field.editable or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
                yield from (str(field.verbose_name), str(field.help_text))
            yield from (str(label) for _value, label in field.choices or ())
        yield from (str(constraint.violation_error_message) for constraint in options.constraints)


def collected() -> Catalog:
    """Return all texts, without translations."""
    catalog, known = Catalog(project="Voxa", locale="de", fuzzy=False), of_django()
    for path in sources():
        for found, context in texts_of(path):
            first = found if isinstance(found, str) else found[0]
            if not (path.is_relative_to(UNFOLD) and first in known):
                catalog.add(found, context=context)
    with override("en"):
        for text in {*texts_of_models()} - known - {""}:
            catalog.add(text)
    return catalog


def written() -> Catalog:
    """Return the catalogue as it is stored."""
    with PO.open("rb") as file:
        return read_po(file, locale="de")


def compiled(catalog: Catalog) -> bytes:
    """Return the catalogue as Django reads it."""
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def main() -> None:
    """Add the new texts, drop the old ones, compile; fail while a translation is missing."""
    catalog = written()
    begun = catalog.creation_date
    catalog.update(collected(), no_fuzzy_matching=True)
    catalog.creation_date = begun  # so that nothing changes where no text did
    with PO.open("wb") as file:
        write_po(file, catalog, width=120, no_location=True, ignore_obsolete=True, sort_output=True)
    MO.write_bytes(compiled(written()))
    missing = [entry.id for entry in catalog if entry.id and not (entry.string and all(entry.string))]
    if missing:
        sys.exit("\n".join(["Translate in locale/de/LC_MESSAGES/django.po:", *map(str, missing)]))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main()
