"""Deletion of agents and trunks: names what they take along, and asks for a replacement or the typed name."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from telephony.admin.selects import LISTED, WorkspaceSelect
from telephony.models import PhoneNumber
from telephony.services.replacing import Along, along_with, delete_rows, replacements
from voxa.core.imports.words import counted


class DeletionForm(forms.Form):
    """A replacement, or the name of what is deleted."""

    replacement: Any = forms.ModelChoiceField(None, required=False, empty_label=_("None"), label=_("Replacement"))
    typed = forms.CharField(
        required=False, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}), label=_("Or type to confirm")
    )

    def __init__(self, data: Any, page: Any, rows: Sequence[Any], along: Along) -> None:
        super().__init__(data)
        self.along, kind = along, page.opts
        many = f"delete {counted(len(rows), str(kind.verbose_name), str(kind.verbose_name_plural))}"
        self.words = rows[0].name if len(rows) == 1 else many
        self.fields["typed"].help_text = gettext("Type %(words)s to delete without a replacement.") % {
            "words": self.words
        }
        workspaces = {row.workspace_id for row in rows}
        if not along or len(workspaces) > 1:
            del self.fields["replacement"]  # one that serves several workspaces does not exist
        else:
            self._offer(replacements(along, workspaces.pop()), page)
        if not along:
            del self.fields["typed"]

    def _offer(self, choices: QuerySet[Any], page: Any) -> None:
        field: Any = self.fields["replacement"]
        field.queryset, field.widget = choices, UnfoldAdminSelectWidget()
        if choices[: LISTED + 1].count() > LISTED:
            field.widget = WorkspaceSelect(PhoneNumber._meta.get_field(self.along.relation), page.admin_site)
        field.widget.choices = field.choices
        field.help_text = gettext("Takes over what is listed above. Only %(rows)s that can do so.") % {
            "rows": page.opts.verbose_name_plural
        }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        typed = (data.get("typed") or "").strip()
        if self.along and not self.errors and not data.get("replacement") and typed != self.words:
            words = (
                gettext("Choose a replacement, or type exactly: %(words)s")
                if "replacement" in self.fields
                else gettext("Type exactly: %(words)s")
            )
            self.add_error("typed", words % {"words": self.words})
        return data


class ReplacingDeletion:
    """A mixin for the admin of agents or trunks: one page for one row and for several. Before `ScopedAdmin`."""

    actions: ClassVar[list[str]] = ["delete_selected"]
    admin_site: Any
    opts: Any

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Ask, then delete one row."""
        row = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]
        return self._delete(request, [row]) or HttpResponseRedirect(self._list())

    @admin.action(description=_("Delete selected %(verbose_name_plural)s"), permissions=["delete"])
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Ask, then delete the selected rows."""
        return self._delete(request, list(queryset), {"action": "delete_selected"})

    def _list(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _delete(
        self, request: HttpRequest, rows: list[Any], hidden: dict[str, str] | None = None
    ) -> HttpResponse | None:
        if not all(self.has_delete_permission(request, row) for row in rows):  # type: ignore[attr-defined]
            raise PermissionDenied
        if not rows:
            return None
        along, confirmed = along_with(rows), request.method == "POST" and "post" in request.POST
        form = DeletionForm(request.POST if confirmed else None, self, rows, along)
        if not (confirmed and form.is_valid()):
            return self._deletion_page(request, rows, form, hidden)
        other = form.cleaned_data.get("replacement")
        what = rows[0].name if len(rows) == 1 else f"{len(rows):,} {self.opts.verbose_name_plural}"
        self.log_deletions(request, rows)  # type: ignore[attr-defined]
        delete_rows(rows, along, other)
        moved = f" {_listed(along)} moved to {other.name}." if other is not None else ""
        messages.success(request, f"Deleted {what}.{moved}")
        return None

    def _deletion_page(self, request: HttpRequest, rows: list[Any], form: DeletionForm, hidden: Any) -> HttpResponse:
        name = rows[0].name if len(rows) == 1 else f"{len(rows):,} {self.opts.verbose_name_plural}"
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Delete %(name)s") % {"name": name},
            "opts": self.opts,
            "object": rows[0] if len(rows) == 1 else None,
            "rows": rows if len(rows) > 1 else [],
            "hidden": hidden or {},
            "selected": ACTION_CHECKBOX_NAME if hidden else "",
            "form": form,
            "along": form.along,
            "more": form.along.numbers - len(form.along.names),
            "of_agents": form.along.relation == "agent",
            "back": self._list() if hidden else "..",
            "media": self.media + form.media,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "admin/telephony/replacing.html", context)


def _listed(along: Along) -> str:
    """Return what moves, in words."""
    parts = [(along.numbers, "number"), (along.queued, "queued call"), (along.uses, "setting")]
    return " and ".join(counted(count, words) for count, words in parts if count) or "Nothing"
