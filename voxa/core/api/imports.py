"""Imports over the API: `?preview=` and `?mode=`, and a report on every row."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from voxa.core.api.errors import ApiError, Detail
from voxa.core.api.serializers import CamelSerializer, NamedChoiceField
from voxa.core.imports.errors import FileError
from voxa.core.imports.report import Report, bad_rows, figures
from voxa.core.imports.words import counted

MOST_TOLD = 1_000  # changes, and failures, that a response lists
MOST_FINDINGS = 100  # of a refused file: whoever corrects it starts at the top


class ImportQuery(CamelSerializer):
    """Query parameters of an import."""

    preview = serializers.BooleanField(default=False, help_text="`true`: report the result without importing.")
    mode = NamedChoiceField(
        [("all", "All rows or none"), ("good", "The valid rows")],
        default="all",
        help_text="`all`: one invalid row rejects the whole file. `good`: valid rows are imported, and the response "
        "has the others as a file.",
    )


class ImportChangeSerializer(CamelSerializer):
    """A number that was reformatted."""

    line = serializers.IntegerField()
    given = serializers.CharField(help_text="The text in the file.")
    number = serializers.CharField(help_text="The stored number, in E.164.")


class ImportFailureSerializer(CamelSerializer):
    """A row that is not imported."""

    line = serializers.IntegerField()
    cells = serializers.ListField(child=serializers.CharField(allow_blank=True))
    code = serializers.CharField()
    message = serializers.CharField(help_text="The problem and the remedy.")


class ImportedSerializer(CamelSerializer):
    """The result of an import. `numbers` is the sum of `added`, `known`, `duplicates` and `failed`."""

    rows = serializers.IntegerField(help_text="Non-empty rows of the file, without the header.")
    numbers = serializers.IntegerField(help_text="Numbers in these rows; a row without one counts as failed.")
    added = serializers.IntegerField(help_text="New numbers; in a preview, numbers that would be new.")
    known = serializers.IntegerField(help_text="Numbers that existed already. They are not changed.")
    duplicates = serializers.IntegerField(help_text="Duplicate numbers in the file.")
    failed = serializers.IntegerField(help_text="Numbers in rows that are not imported.")
    preview = serializers.BooleanField(help_text="Nothing was changed.")
    changed = serializers.IntegerField(help_text="Numbers that were reformatted.")
    changes = ImportChangeSerializer(many=True, help_text=f"The first {MOST_TOLD} of them.")
    failures = ImportFailureSerializer(many=True, help_text=f"The first {MOST_TOLD} rows that are not imported.")
    failed_file = serializers.CharField(
        allow_blank=True,
        help_text="All rows that are not imported, as a CSV file with the reasons.",
    )
    ignored_columns = serializers.ListField(
        child=serializers.CharField(), help_text="Unknown column headings. Their cells are not imported."
    )
    encoding = serializers.CharField(help_text="Detected encoding of the file, such as `utf-8`.")
    delimiter = serializers.CharField(trim_whitespace=False, help_text="Detected delimiter of the file.")


def answer_import(
    request: Request, check: Callable[[bytes], Report], load: Callable[[bytes, bool], Report]
) -> Response:
    """Respond to a file: 200 for a preview, 201 for an import, 400 with each invalid line if none was imported."""
    query = ImportQuery(
        data={name: value for name, value in request.query_params.items() if name in ("preview", "mode")}
    )
    query.is_valid(raise_exception=True)
    preview, good = query.validated_data["preview"], query.validated_data["mode"] == "good"
    body: Any = request.data  # empty without a body
    data = body.get("data", b"")
    try:
        found = check(data) if preview else load(data, good)
    except FileError as error:
        raise ValidationError(error.message, code=error.code) from None
    if found.failed and not preview and not good:
        raise _refused(found)
    return Response({**show(found), "preview": preview}, status=200 if preview else 201)


def show(found: Report) -> dict[str, Any]:
    """Return a report as JSON."""
    sheet, changes = found.sheet, found.changes
    return {
        **figures(found),
        "preview": False,
        "changed": len(changes),
        "changes": [{"line": one.line, "given": one.given, "number": one.number} for one in changes[:MOST_TOLD]],
        "failures": [
            {"line": one.line, "cells": one.cells, "code": one.code, "message": one.message}
            for one in sheet.failures[:MOST_TOLD]
        ],
        "failedFile": bad_rows(sheet) if sheet.failures else "",
        "ignoredColumns": sheet.ignored,
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
    }


def _refused(found: Report) -> ApiError:
    failures, rows = found.sheet.failures, counted(found.sheet.rows, "row")
    details = [Detail(f"line {one.line}", one.code, one.message) for one in failures[:MOST_FINDINGS]]
    verb = "is" if len(failures) == 1 else "are"
    words = f"{len(failures):,} of {rows} {verb} invalid, and nothing was added. Correct the file, or send ?mode=good."
    return ApiError("validation_error", words, 400, details)
