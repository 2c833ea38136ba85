"""Put the people of selected calls on the do-not-call list."""

from collections import Counter
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.access import access_of
from accounts.admin.selection import Effect, SelectionPage
from accounts.choices import Role
from accounts.models import User, Workspace
from calls.choices import Direction, ListedBy
from calls.do_not_call.entries import NOTE_LENGTH, Origin, store
from calls.models import Call, DoNotCall
from voxa.core.imports.words import counted
from voxa.core.phone_numbers import or_none


class DoNotCallForm(forms.Form):
    note = forms.CharField(
        max_length=NOTE_LENGTH,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Shown on the list."),
        label=_("Note"),
    )


class DoNotCallMixin(SelectionPage):
    """The action of the call list: the callee of an outbound call, the caller of an inbound one."""

    selection_form = DoNotCallForm
    selection_name = "do-not-call"
    selection_title = _("Do not call")
    selection_button = _("Add to the do-not-call list")
    selection_words = _("Numbers on the list are never called, including calls that are already queued.")
    actions: ClassVar[list[str]] = ["do_not_call_selected"]

    def has_list_numbers_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may add numbers to the list of any workspace."""
        return self.may_act(request)

    @admin.action(description=_("Add to the do-not-call list"), permissions=["list_numbers"])
    def do_not_call_selected(self, request: HttpRequest, queryset: QuerySet[Call]) -> HttpResponse | None:
        """Ask for a note."""
        return self.ask_about(request, queryset)

    def make_selection_form(self, request: HttpRequest, rows: QuerySet[Call]) -> forms.Form:
        return DoNotCallForm(request.POST if "ids" in request.POST else {"note": ""})

    def selection_effect(self, request: HttpRequest, rows: QuerySet[Call], values: dict[str, Any]) -> Effect:
        numbers, refused = _numbers(request, rows)
        known = sum(
            DoNotCall.objects.filter(workspace=workspace, number__in=found).count()
            for workspace, found in numbers.items()
        )
        return _effect(sum(map(len, numbers.values())) - known, known, "will be added", refused)

    def run_selection(self, request: HttpRequest, rows: QuerySet[Call], values: dict[str, Any]) -> Effect:
        numbers, refused = _numbers(request, rows)
        origin, note = Origin(ListedBy.PERSON, person=cast(User, request.user)), values["note"]
        done = [store(workspace, dict.fromkeys(found, note), origin) for workspace, found in numbers.items()]
        return _effect(sum(one.added for one in done), sum(one.known for one in done), "added", refused)


def _numbers(request: HttpRequest, rows: QuerySet[Call]) -> tuple[dict[Workspace, set[str]], Counter[str]]:
    """Return the numbers to list by workspace, and the calls that have none or are not the user's to use."""
    access, numbers, refused = access_of(request), dict[Workspace, set[str]](), Counter[str]()
    columns = rows.select_related("workspace").only("workspace", "direction", "to_number", "from_number")
    for call in columns:
        other = call.to_number if call.direction == Direction.OUTBOUND else call.from_number
        number = or_none(other, None) if other else None
        if not access.may(Role.OPERATOR, call.workspace_id):
            refused["your role may not add numbers in the workspace"] += 1
        elif number is None:
            refused["the caller's number is withheld or no phone number"] += 1
        else:
            numbers.setdefault(call.workspace, set()).add(number)
    return numbers, refused


def _effect(new: int, known: int, verb: str, refused: Counter[str]) -> Effect:
    done = [f"{counted(new, 'number')} {verb}."]
    if known:
        done.append(
            ngettext("%(count)s number already on the list.", "%(count)s numbers already on the list.", known)
            % {"count": f"{known:,}"}
        )
    return Effect(done, refused)
