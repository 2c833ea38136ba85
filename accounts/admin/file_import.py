"""Import a list in the admin: upload, preview, then all rows or only the valid ones."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from accounts.admin.access import access_of
from accounts.admin.scoping import usable_workspaces
from accounts.choices import Role
from accounts.models import ImportFile, User, Workspace
from accounts.services.import_files import claim_file, keep_file, kept_file
from voxa.core.imports.errors import FileError
from voxa.core.imports.report import Report, bad_rows, figures

MOST_BYTES = 10_000_000
MOST_SHOWN = 200  # changes, and failures, on a page; the file of rejected rows has all


class FileForm(forms.Form):
    """A file, or pasted rows."""

    workspace = forms.ModelChoiceField(
        Workspace.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget, label=_("Workspace")
    )
    file = forms.FileField(
        required=False,
        allow_empty_file=True,
        widget=UnfoldAdminFileFieldWidget,
        label=_("CSV file"),
        help_text=_("At most 10 MB and 100,000 rows. Delimiter and encoding are detected."),
    )
    text = forms.CharField(required=False, strip=False, widget=UnfoldAdminTextareaWidget, label=_("Or paste the rows"))

    def __init__(self, *args: Any, usable: QuerySet[Workspace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["workspace"]
        choice.queryset = usable

    def clean(self) -> dict[str, Any]:
        """Return the bytes of the file or of the pasted rows as `content`."""
        data: dict[str, Any] = super().clean() or {}
        upload = data.get("file")
        if upload is not None and upload.size > MOST_BYTES:
            self.add_error("file", gettext("The file is larger than 10 MB. Split it."))
        elif upload is not None:
            data["content"] = upload.read()
        elif data.get("text", "").strip():
            data["content"] = data["text"].encode()
        elif "file" not in self.errors:
            self.add_error("file", gettext("Choose a file, or paste the rows below."))
        return data

    def choices(self) -> dict[str, str | None]:
        """Return the other choices of the form, to be kept with the file."""
        return {}


class FileImportMixin:
    """Pages to import a file into a list. A subclass names the list and calls its service."""

    file_kind: ClassVar[str]
    file_form: ClassVar[type[FileForm]] = FileForm
    file_role: ClassVar[Role] = Role.ADMIN
    file_title: ClassVar[str | Promise]
    file_words: ClassVar[str | Promise]  # help text of the page
    admin_site: Any
    opts: Any
    actions_list: ClassVar[list[str]] = ["import_list"]

    @abstractmethod
    def check_import(self, workspace: Workspace, data: bytes, choices: Mapping[str, str | None]) -> Report:
        """Return the preview of an import."""

    @abstractmethod
    def run_import(self, request: HttpRequest, file: ImportFile, *, valid_rows_only: bool) -> Report:
        """Import a kept file."""

    def has_import_list_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may import a list in any workspace."""
        return bool(self.may(request, self.file_role))  # type: ignore[attr-defined]

    @action(description=_("Import file"), icon="upload", permissions=["import_list"])
    def import_list(self, request: HttpRequest) -> HttpResponse:
        """Redirect to the form."""
        return HttpResponseRedirect(reverse(self._name("import")))

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        pages = [
            ("import/", self.import_view, "import"),
            ("import/<uuid:file_id>/", self.preview_view, "import_preview"),
            ("import/<uuid:file_id>/bad-rows.csv", self.bad_rows_view, "import_bad_rows"),
        ]
        return [
            *(path(route, self.admin_site.admin_view(view), name=f"{name}_{end}") for route, view, end in pages),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Accept a file and redirect to its preview."""
        form = self.file_form(request.POST or None, request.FILES or None, usable=self._usable(request))
        if request.method == "POST" and form.is_valid():
            workspace, content, choices = form.cleaned_data["workspace"], form.cleaned_data["content"], form.choices()
            try:
                self.check_import(workspace, content, choices)
            except FileError as error:
                form.add_error("file" if form.cleaned_data.get("file") else "text", error.message)
            else:
                kept = keep_file(workspace, _person(request), self.file_kind, content, choices)
                return HttpResponseRedirect(reverse(self._name("import_preview"), args=[kept.pk]))
        return self._page(request, "form", {"form": form})

    def preview_view(self, request: HttpRequest, file_id: UUID) -> HttpResponse:
        """Show the preview of the import; on POST, carry it out."""
        file = self._file(request, file_id)
        if request.method == "POST":
            return self._carry_out(request, file, valid_rows_only=request.POST.get("mode") == "good")
        found = self.check_import(file.workspace, bytes(file.content), file.choices)
        context = {
            "file": file,
            "found": found,
            "figures": figures(found),
            "changes": found.changes[:MOST_SHOWN],
            "failures": found.sheet.failures[:MOST_SHOWN],
            "most": MOST_SHOWN,
            "bad_rows": reverse(self._name("import_bad_rows"), args=[file.pk]),
            "again": reverse(self._name("import")),
        }
        return self._page(request, "preview", context)

    def bad_rows_view(self, request: HttpRequest, file_id: UUID) -> HttpResponse:
        """Return the failed rows as a file to be corrected."""
        file = self._file(request, file_id)
        found = self.check_import(file.workspace, bytes(file.content), file.choices)
        answer = HttpResponse("\ufeff" + bad_rows(found.sheet), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="bad-rows.csv"'
        return answer

    def _carry_out(self, request: HttpRequest, file: ImportFile, *, valid_rows_only: bool) -> HttpResponse:
        here = HttpResponseRedirect(reverse(self._name("import_preview"), args=[file.pk]))
        with transaction.atomic():
            if not claim_file(file):
                messages.warning(request, gettext("This file was already imported."))
                return here
            found = self.run_import(request, file, valid_rows_only=valid_rows_only)
            if found.failed and not valid_rows_only:
                transaction.set_rollback(True)
                messages.error(
                    request, gettext("Nothing was added. Correct the failed rows, or import only the valid rows.")
                )
                return here
        figures = {"workspace": file.workspace, "known": f"{found.known:,}", "duplicates": f"{found.duplicates:,}"}
        added = ngettext(
            "%(added)s number added to %(workspace)s; %(known)s existed already, %(duplicates)s were duplicates.",
            "%(added)s numbers added to %(workspace)s; %(known)s existed already, %(duplicates)s were duplicates.",
            len(found.new),
        )
        messages.success(request, added % {"added": f"{len(found.new):,}", **figures})
        if found.failed:
            messages.warning(
                request,
                ngettext(
                    "%(count)s number not added. Download the failed rows below.",
                    "%(count)s numbers not added. Download the failed rows below.",
                    found.failed,
                )
                % {"count": f"{found.failed:,}"},
            )
            return here
        ImportFile.objects.filter(pk=file.pk).delete()
        return HttpResponseRedirect(reverse(self._name("changelist")))

    def _usable(self, request: HttpRequest) -> QuerySet[Workspace]:
        if not self.has_import_list_permission(request):
            raise PermissionDenied
        return usable_workspaces(access_of(request), self.file_role).order_by("name", "pk")

    def _file(self, request: HttpRequest, file_id: UUID) -> ImportFile:
        """Return the user's file, if they may still import into the workspace."""
        usable = self._usable(request)
        file = kept_file(_person(request), self.file_kind, file_id)
        if file is None or not usable.filter(pk=file.workspace_id).exists():
            raise Http404(gettext("This file does not exist or has expired after an hour. Upload it again."))
        return file

    def _name(self, end: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{end}"

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        every = {"title": self.file_title, "words": self.file_words, "opts": self.opts}
        return TemplateResponse(
            request, f"admin/file_import/{name}.html", {**self.admin_site.each_context(request), **every, **context}
        )


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)  # the admin requires a signed-in user
