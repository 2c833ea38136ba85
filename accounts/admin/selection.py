"""Actions on selected rows with a page in between: it names what changes, and what is refused and why."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext

from accounts.admin.access import access_of
from accounts.admin.scoping import is_uuid
from voxa.core.imports.words import counted

MOST = 5_000  # rows at once


@dataclass(frozen=True)
class Effect:
    """What an action does or did: a sentence each, and how many rows it refuses by reason."""

    done: list[str] = field(default_factory=list)
    refused: Mapping[str, int] = field(default_factory=dict)


class SelectionPage:
    """A mixin for an admin with one such action. It goes before `ScopedAdmin`."""

    selection_form: ClassVar[type[forms.Form]]
    selection_name: ClassVar[str]  # of the URL
    selection_title: ClassVar[str | Promise]
    selection_button: ClassVar[str | Promise]
    selection_words: ClassVar[str | Promise] = ""
    admin_site: Any
    opts: Any

    @abstractmethod
    def make_selection_form(self, request: HttpRequest, rows: QuerySet[Any]) -> forms.Form:
        """Return the form of the page: unbound on the way to it, then bound."""

    @abstractmethod
    def selection_effect(self, request: HttpRequest, rows: QuerySet[Any], values: dict[str, Any]) -> Effect:
        """Return what the action would do."""

    @abstractmethod
    def run_selection(self, request: HttpRequest, rows: QuerySet[Any], values: dict[str, Any]) -> Effect:
        """Carry the action out, and return what it did."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.selection_view)
        return [path(f"{self.selection_name}/", view, name=self._url_name()), *super().get_urls()]  # type: ignore[misc]

    def _url_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{self.selection_name}"

    def ask_about(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Return the page for the selected rows, which are kept by their ids."""
        ids = list(queryset.order_by().values_list("pk", flat=True)[: MOST + 1])
        if len(ids) > MOST:
            messages.error(
                request, gettext("Select at most %(most)s rows at once. Filter the list.") % {"most": f"{MOST:,}"}
            )
            return None
        rows = self._rows(request, ids)
        return self._selection_page(request, rows, ids, self.make_selection_form(request, rows))

    def selection_view(self, request: HttpRequest) -> HttpResponse:
        """Preview the action, or carry it out."""
        texts = [text for text in request.POST.get("ids", "").split(",") if is_uuid(text)]
        if request.method != "POST" or not texts or len(texts) > MOST or not self.may_act(request):
            raise PermissionDenied
        ids = sorted({UUID(text) for text in texts})
        rows = self._rows(request, ids)
        form = self.make_selection_form(request, rows)
        if "preview" in request.POST or not form.is_valid():
            return self._selection_page(request, rows, ids, form)
        effect = self.run_selection(request, rows, form.cleaned_data)
        for words in effect.done:
            messages.success(request, words)
        for words in refusals(effect.refused, len(ids) - rows.count()):
            messages.warning(request, words)
        return HttpResponseRedirect(self._back(request))

    def may_act(self, request: HttpRequest) -> bool:
        """Return whether the user may use the action in any workspace."""
        return bool(self.may(request, self.change_role))  # type: ignore[attr-defined]

    def _rows(self, request: HttpRequest, ids: list[UUID]) -> QuerySet[Any]:
        """Return the rows that the user may view."""
        rows: QuerySet[Any] = self.model._default_manager.filter(pk__in=ids)  # type: ignore[attr-defined]
        return self.limit(rows, access_of(request))  # type: ignore[attr-defined,no-any-return]

    def _selection_page(
        self, request: HttpRequest, rows: QuerySet[Any], ids: list[UUID], form: forms.Form
    ) -> HttpResponse:
        effect = Effect()
        if form.is_bound and form.is_valid():
            effect = self.selection_effect(request, rows, form.cleaned_data)
        gone = len(ids) - rows.count() if form.is_bound else 0
        context = {
            **self.admin_site.each_context(request),
            "title": self.selection_title,
            "opts": self.opts,
            "headline": counted(len(ids), str(self.opts.verbose_name), str(self.opts.verbose_name_plural)),
            "words": self.selection_words,
            "button": self.selection_button,
            "ids": ",".join(map(str, ids)),
            "form": form,
            "effect": effect,
            "refused": refusals(effect.refused, gone),
            "action": f"{reverse(f'admin:{self._url_name()}')}?{self.get_preserved_filters(request)}",  # type: ignore[attr-defined]
            "back": self._back(request),
        }
        name = "preview" if "preview" in request.POST else "page"
        return TemplateResponse(request, f"admin/selection/{name}.html", context)

    def _back(self, request: HttpRequest) -> str:
        """Return the list with the filters that it had."""
        a_list = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        kept = {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}  # type: ignore[attr-defined]
        return str(add_preserved_filters(kept, a_list))


def refusals(counts: Mapping[str, int], gone: int = 0) -> list[str]:
    """Return a sentence for each reason."""
    found = [
        gettext("%(count)s refused: %(reason)s.") % {"count": f"{count:,}", "reason": reason}
        for reason, count in sorted(counts.items(), key=lambda one: -one[1])
    ]
    return (
        [*found, gettext("%(count)s left out: deleted in the meantime.") % {"count": f"{gone:,}"}]
        if gone > 0
        else found
    )
