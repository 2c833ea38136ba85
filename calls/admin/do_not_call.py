"""Admin of the do-not-call list: single entries and file import."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.access import Access
from accounts.admin.file_import import FileForm, FileImportMixin
from accounts.admin.filters import OwnRowsFilter
from accounts.admin.number_search import numbers_like
from accounts.admin.scoping import ScopedAdmin
from accounts.choices import Role
from accounts.models import ImportFile, User, Workspace
from calls.choices import ListedBy
from calls.do_not_call.entries import Origin, add_numbers, remove_number
from calls.do_not_call.file_import import check_file, import_file
from calls.models import DoNotCall
from voxa.core.imports.report import Report


class DoNotCallForm(FileForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = gettext(
            "One number per line, such as +12025550123 or (202) 555-0123, optionally with a note in the next column. "
            "Or a header row with the columns number and note, in any order."
        )


@admin.register(DoNotCall)
class DoNotCallAdmin(FileImportMixin, ScopedAdmin):
    """Operators maintain the list. The API's services add and remove numbers."""

    empty = _("Numbers on this list are never called, including calls that are already queued.")
    change_role = Role.OPERATOR
    list_display = ["number", "note", "who", "workspace", "created"]
    list_select_related = ["workspace", "added_by", "added_with"]
    list_filter = [("workspace", OwnRowsFilter)]
    search_fields = ["number"]
    search_help_text = _("Full or partial number, in any format")
    ordering = ["-created_at", "-id"]
    sortable_by: ClassVar[list[str]] = []
    autocomplete_fields = ["workspace"]
    fieldsets = [
        (None, {"fields": ["workspace", ("number", "note")]}),
        (_("Added"), {"fields": [("who", "created")]}),
    ]
    add_fieldsets = [(None, {"fields": ["workspace", ("number", "note")]})]
    file_kind = "do-not-call"
    file_form = DoNotCallForm
    file_role = Role.OPERATOR
    file_title = _("Import a do-not-call list")
    file_words = _(
        "These numbers are never called, including calls that are already queued. Numbers that are already listed "
        "are not changed."
    )

    def limit(self, rows: QuerySet[Any], access: Access) -> QuerySet[Any]:
        return super().limit(rows, access).defer("added_by__password", "added_with__key_hash")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        asked = numbers_like(request, search_term, ["number"])
        return (queryset.filter(asked) if asked else queryset.none()), False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["workspace", "number", "who", "created"]

    @display(description=_("Added by"))
    def who(self, entry: DoNotCall) -> str:
        how = ListedBy(entry.listed_by)
        return f"{entry.who}, {how.label[:1].lower()}{how.label[1:]}" if entry.who else str(how.label)

    def save_model(self, request: HttpRequest, obj: DoNotCall, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        add_numbers(obj.workspace, [obj.number], obj.note, origin=_origin(request, ListedBy.PERSON))
        obj.pk = DoNotCall.objects.values_list("pk", flat=True).get(workspace=obj.workspace, number=obj.number)

    def delete_model(self, request: HttpRequest, obj: DoNotCall) -> None:
        remove_number(obj.workspace, obj.number)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DoNotCall]) -> None:
        queryset.delete()

    def check_import(self, workspace: Workspace, data: bytes, choices: Mapping[str, str | None]) -> Report:
        return check_file(workspace, data)

    def run_import(self, request: HttpRequest, file: ImportFile, *, valid_rows_only: bool) -> Report:
        origin = _origin(request, ListedBy.FILE)
        return import_file(file.workspace, bytes(file.content), origin, valid_rows_only=valid_rows_only)


def _origin(request: HttpRequest, how: ListedBy) -> Origin:
    return Origin(how, person=cast(User, request.user))  # the admin requires a login
