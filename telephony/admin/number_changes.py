"""Change the agent, the trunk or the label of selected numbers."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from accounts.admin.access import access_of
from accounts.admin.selection import Effect, SelectionPage
from accounts.choices import Role
from telephony.admin.outcome import tell
from telephony.admin.selects import LISTED, WorkspaceSelect
from telephony.models import PhoneNumber
from telephony.services.number_changes import Changes, change_numbers, plan_changes
from voxa.core.imports.words import counted

_NAMES = {"agent": "Agent", "trunk": "Trunk", "label": "Label"}


class NumberChangesForm(forms.Form):
    """What is empty stays."""

    agent: Any = forms.ModelChoiceField(None, required=False, empty_label=_("Do not change"), label=_("Agent"))
    no_agent = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        label=_("Remove the agent"),
        help_text=_("The workspace's default agent answers, if one is chosen."),
    )
    trunk: Any = forms.ModelChoiceField(None, required=False, empty_label=_("Do not change"), label=_("Trunk"))
    label = forms.CharField(
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("Do not change")}),
        label=_("Label"),
    )
    no_label = forms.BooleanField(required=False, widget=UnfoldBooleanSwitchWidget, label=_("Clear the label"))

    def clean(self) -> dict[str, Any]:
        """Return the values to set, and nothing else."""
        data: dict[str, Any] = super().clean() or {}
        for name, cleared in (("agent", None), ("label", "")):
            if data.get(f"no_{name}"):
                if data.get(name):
                    self.add_error(name, gettext("Choose one or remove it, not both."))
                data[name] = cleared
            elif not data.get(name):
                data.pop(name, None)
        if not data.get("trunk"):
            data.pop("trunk", None)
        found = {name: data[name] for name in _NAMES if name in data}
        if not found and not self.errors:
            raise forms.ValidationError(gettext("Choose an agent, a trunk or a label."))
        return found


class NumberChangesMixin(SelectionPage):
    """The action of the number list."""

    selection_form = NumberChangesForm
    selection_name = "change-selected"
    selection_title = _("Change selected numbers")
    selection_button = _("Change numbers")
    selection_words = _("What is left empty stays as it is. Calls in progress are not affected.")
    actions: ClassVar[list[str]] = ["change_selected"]

    @admin.action(description=_("Change agent, trunk or label"), permissions=["change"])
    def change_selected(self, request: HttpRequest, queryset: QuerySet[PhoneNumber]) -> HttpResponse | None:
        """Ask what to change."""
        return self.ask_about(request, queryset)

    def make_selection_form(self, request: HttpRequest, rows: QuerySet[PhoneNumber]) -> forms.Form:
        form = NumberChangesForm(request.POST if "ids" in request.POST else None)
        workspaces = list(rows.order_by().values_list("workspace", flat=True).distinct())
        usable = [pk for pk in workspaces if access_of(request).may(Role.ADMIN, pk)]
        for name in ("agent", "trunk"):
            relation: Any = PhoneNumber._meta.get_field(name)
            choices = relation.remote_field.model.objects.filter(workspace__in=usable).order_by("name", "pk")
            choices = choices.select_related("workspace").defer("auth_password" if name == "trunk" else "provider_key")
            field: Any = form.fields[name]
            field.queryset = choices if name == "trunk" else choices.filter(active=True)
            field.label_from_instance = _named if len(usable) > 1 else str
            field.widget = self._widget(relation, choices, usable)
            field.widget.choices = field.choices
        return form

    def _widget(self, relation: Any, choices: QuerySet[Any], usable: list[Any]) -> Any:
        if choices[: LISTED + 1].count() <= LISTED:
            return UnfoldAdminSelectWidget()
        search = WorkspaceSelect(relation, self.admin_site)
        search.workspace = usable[0] if len(usable) == 1 else None
        return search

    def selection_effect(self, request: HttpRequest, rows: QuerySet[PhoneNumber], values: dict[str, Any]) -> Effect:
        return _effect(plan_changes(rows.defer("assistant_request_secret"), values, _allowed(request)), "will change")

    def run_selection(self, request: HttpRequest, rows: QuerySet[PhoneNumber], values: dict[str, Any]) -> Effect:
        found = change_numbers(list(rows.values_list("pk", flat=True)), values, _allowed(request))
        if found.trunks:
            tell(request, [values["trunk"]])
        return _effect(found, "changed")


def _allowed(request: HttpRequest) -> list[Any] | None:
    access = access_of(request)
    return None if access.superuser else access.workspaces(Role.ADMIN)


def _named(row: Any) -> str:
    return f"{row.name} ({row.workspace.name})"


def _effect(found: Changes, verb: str) -> Effect:
    fields = ", ".join(f"{_NAMES[name].lower()} of {count:,}" for name, count in found.fields.items())
    done = [f"{counted(len(found.rows), 'number')} {verb}{f': {fields}' if fields else ''}."]
    if found.unchanged:
        done.append(
            ngettext("%(count)s number already has it.", "%(count)s numbers already have it.", found.unchanged)
            % {"count": f"{found.unchanged:,}"}
        )
    if found.trunks:
        done.append(gettext("Trunks to sync: %(count)s.") % {"count": f"{len(found.trunks):,}"})
    return Effect(done, found.refused)
