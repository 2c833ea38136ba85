"""Whom a workspace never calls: one number at a time, or a file of them."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from accounts.admin.access import Access, access_of
from accounts.admin.filters import OwnRowsFilter
from accounts.admin.scoping import NULL, ScopedAdmin, usable_workspaces
from accounts.choices import Role
from accounts.models import User, Workspace
from calls.choices import ListedBy
from calls.models import DoNotCall
from calls.services.do_not_call import Origin, add_numbers, import_csv, remove_number

MOST_BYTES = 10_000_000  # about half a million numbers
LIST = "admin:calls_donotcall_changelist"


class ImportForm(forms.Form):
    """A file, or the same pasted."""

    workspace = forms.ModelChoiceField(Workspace.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget)
    file = forms.FileField(
        required=False, widget=UnfoldAdminFileFieldWidget, label="CSV file", help_text="UTF-8, at most 10 MB."
    )
    text = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget,
        label="Or paste them here",
        help_text="A number a line, such as +12025550123; a note after a comma if you like.",
    )

    def __init__(self, *args: Any, usable: QuerySet[Workspace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["workspace"]
        choice.queryset = usable

    def clean(self) -> dict[str, Any]:
        """Give the text of the file, or what was pasted, as `numbers`."""
        data: dict[str, Any] = super().clean() or {}
        upload = data.get("file")
        if upload is not None and upload.size > MOST_BYTES:
            self.add_error("file", "The file takes more than 10 MB. Split it.")
        elif upload is not None:
            try:
                data["numbers"] = upload.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", "This is not text in UTF-8. Save it as CSV UTF-8.")
            if NULL in data.get("numbers", ""):
                self.add_error("file", "It has null characters. Save it as CSV UTF-8.")
        elif not data.get("text") and "file" not in self.errors:
            self.add_error("file", "Choose a file, or paste the numbers below.")
        else:
            data["numbers"] = data.get("text", "")
        return data


@admin.register(DoNotCall)
class DoNotCallAdmin(ScopedAdmin):
    """An operator keeps the list. Numbers are added and removed by the services of the API."""

    empty = "Numbers on this list are never called, not even by calls that wait in the queue."
    change_role = Role.OPERATOR
    list_display = ["number", "note", "who", "workspace", "created"]
    list_select_related = ["workspace", "added_by", "added_with"]
    list_filter = [("workspace", OwnRowsFilter)]
    search_fields = ["number"]
    search_help_text = "A whole number"
    ordering = ["-created_at", "-id"]
    sortable_by: ClassVar[list[str]] = []
    autocomplete_fields = ["workspace"]
    fieldsets = [
        (None, {"fields": ["workspace", ("number", "note")]}),
        ("Who put it there", {"fields": [("who", "created")]}),
    ]
    add_fieldsets = [(None, {"fields": ["workspace", ("number", "note")]})]
    actions_list = ["import_list"]

    def limit(self, rows: QuerySet[Any], access: Access) -> QuerySet[Any]:
        return super().limit(rows, access).defer("added_by__password", "added_with__key_hash")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        digits = "".join(letter for letter in search_term if letter.isdigit())
        return (queryset.filter(number=f"+{digits}") if search_term.strip() else queryset), False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["workspace", "number", "who", "created"]

    @display(description="Added by")
    def who(self, entry: DoNotCall) -> str:
        """Name who put it on the list, and how."""
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

    # --- the import ---------------------------------------------------------------------------------------

    def has_import_list_permission(self, request: HttpRequest) -> bool:
        """Say whether the person may bring a list in."""
        return self.may(request, Role.OPERATOR)

    @action(description="Import a list", icon="upload", permissions=["import_list"])
    def import_list(self, request: HttpRequest) -> HttpResponse:
        """Lead to the form."""
        return HttpResponseRedirect(reverse("admin:calls_donotcall_import"))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="calls_donotcall_import"), *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take a CSV of numbers: all of it, or none and what is wrong with each line."""
        if not self.has_import_list_permission(request):
            raise PermissionDenied
        usable = usable_workspaces(access_of(request), Role.OPERATOR).order_by("name", "pk")
        form = ImportForm(request.POST or None, request.FILES or None, usable=usable)
        findings: list[str] = []
        if request.method == "POST" and form.is_valid():
            workspace = form.cleaned_data["workspace"]
            try:
                added = import_csv(workspace, form.cleaned_data["numbers"], _origin(request, ListedBy.FILE))
            except ValidationError as error:
                findings = _sentences(error)
            else:
                known = f", {added.known:,} stood there before" if added.known else ""
                messages.success(request, f"{added.added:,} added to the list of {workspace}{known}.")
                return HttpResponseRedirect(reverse(LIST))
        context = {
            **self.admin_site.each_context(request),
            "title": "Import a do-not-call list",
            "form": form,
            "findings": findings,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/calls/donotcall/import.html", context)


def _origin(request: HttpRequest, how: ListedBy) -> Origin:
    return Origin(how, person=cast(User, request.user))  # the admin lets only signed-in people here


def _sentences(error: ValidationError) -> list[str]:
    """Give what is wrong, line by line."""
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    return [
        message if line == NON_FIELD_ERRORS else f"{line.capitalize()}: {message}"
        for line, messages_of_line in error.message_dict.items()
        for message in messages_of_line
    ]
