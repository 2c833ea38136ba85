"""Admin of phone numbers."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RadioFilter
from unfold.decorators import display

from accounts.admin.file_import import FileImportMixin
from accounts.admin.filters import OwnRowsFilter
from accounts.admin.number_search import numbers_like
from accounts.admin.scoping import ScopedAdmin
from accounts.admin.workspace_first import WorkspaceFirst
from accounts.models import ImportFile, Workspace
from telephony.admin.answering import CONDITIONAL, FIELDSET, AnsweringForm
from telephony.admin.number_changes import NumberChangesMixin
from telephony.admin.number_file import NumberFileForm, defaults_of
from telephony.admin.outcome import LABELS
from telephony.admin.refusal import ServiceForm, ServicePage
from telephony.admin.secrets import WriteOnlyForm, secret_field, without_secret
from telephony.admin.selects import WorkspaceSelect, name_chosen
from telephony.choices import TrunkStatus
from telephony.models import PhoneNumber
from telephony.selectors import answering_agent, stand_ins, unanswered
from telephony.services import numbers
from telephony.services.number_file import check_file, import_file
from telephony.services.request_secrets import SECRET
from voxa.core.imports.report import Report


class NumberPageForm(AnsweringForm, WriteOnlyForm, ServiceForm):
    """The form of one number."""

    write_only = SECRET
    assistant_request_secret = secret_field(_("Signing secret"))

    class Meta:
        model = PhoneNumber
        fields = list(numbers.FIELDS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            name_chosen(self, "trunk", "agent", "transfer_trunk", "fallback_agent")


class AnsweredFilter(RadioFilter):
    """Filter numbers by whether an agent answers them."""

    title = _("answered")
    parameter_name = "answered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", gettext("No agent")), ("yes", gettext("An agent"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PhoneNumber]) -> QuerySet[PhoneNumber]:
        if self.value() == "no":
            return unanswered(queryset)
        return queryset.exclude(pk__in=unanswered(queryset).values("pk")) if self.value() == "yes" else queryset


@admin.register(PhoneNumber)
class PhoneNumberAdmin(NumberChangesMixin, FileImportMixin, ServicePage, WorkspaceFirst, ScopedAdmin):
    """Save numbers through their services."""

    empty = _("A number belongs to a trunk and is answered by an agent. Add a trunk first.")
    form = NumberPageForm
    file_kind = "numbers"
    file_form = NumberFileForm
    file_title = _("Import numbers")
    file_words = _("Import your own numbers onto your trunks. Numbers that the workspace already has are not changed.")
    list_display = ["number", "label", "trunk", "trunk_state", "answered_by", "workspace"]
    list_select_related = ["trunk", "agent", "workspace"]
    list_filter = [
        AnsweredFilter,
        ("trunk__status", ChoicesDropdownFilter),
        ("trunk", OwnRowsFilter),
        ("agent", OwnRowsFilter),
        ("workspace", OwnRowsFilter),
    ]
    search_fields = ["number", "label"]
    search_help_text = _("Full or partial number in any format, or label")
    autocomplete_fields = ["trunk", "agent", "transfer_trunk", "fallback_agent"]
    conditional_fields = CONDITIONAL
    fieldsets = [
        (None, {"fields": [("number", "label"), "trunk"]}),
        (_("Inbound calls"), {"fields": [("agent", "agent_revision"), "transfer_trunk"]}),
        (
            _("Assistant request"),
            {
                "description": _(
                    "Asks a URL of yours about each call to this number. Empty: that of the workspace's "
                    "telephony settings, if any."
                ),
                "fields": [("assistant_request_url", SECRET)],
            },
        ),
        FIELDSET,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = (
            super()
            .get_queryset(request)
            .select_related("trunk", "agent", "transfer_trunk", "fallback_agent", "workspace")
        )
        stand_in = stand_ins().filter(workspace=OuterRef("workspace")).values("name")[:1]
        rows = rows.defer(
            SECRET,
            "trunk__auth_password",
            "transfer_trunk__auth_password",
            "agent__provider_key",
            "fallback_agent__provider_key",
        )
        found: QuerySet[Any] = rows.annotate(stand_in=Subquery(stand_in))
        return found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, doubled = super().get_search_results(request, queryset, search_term)
        asked = numbers_like(request, search_term, ["number"])
        return (found | queryset.filter(asked) if asked else found), doubled

    @display(description=_("Trunk status"), ordering="trunk__status", label=LABELS)
    def trunk_state(self, number: PhoneNumber) -> str:
        return str(TrunkStatus(number.trunk.status).label)

    @display(description=_("Answered by"), ordering="agent__name")
    def answered_by(self, number: PhoneNumber) -> str:
        if number.agent and number.agent.active:
            pin = number.agent_revision
            return f"{number.agent.name}, revision {pin}" if pin else number.agent.name
        if name := getattr(number, "stand_in", None):
            return gettext("%(name)s (default agent)") % {"name": name}
        return render_to_string("unfold/helpers/label.html", {"text": gettext("Nobody"), "type": "warning"})

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = WorkspaceSelect(db_field, self.admin_site)
        chosen = self.chosen_workspace(request)
        kwargs["widget"].workspace = chosen.pk if chosen else None
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = super().get_fieldsets(request, obj)
        may = obj is None or self.has_change_permission(request, obj)
        return shown if may else without_secret(shown, SECRET)

    def save_by_service(self, request: HttpRequest, form: Any) -> PhoneNumber:
        values = {name: form.cleaned_data[name] for name in numbers.FIELDS if name in form.cleaned_data}
        if form.instance._state.adding:
            return numbers.create_number(values["trunk"].workspace, values)
        return numbers.update_number(form.instance, {name: values[name] for name in form.changed_data})

    def save_model(self, request: HttpRequest, obj: PhoneNumber, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if answering_agent(obj, obj.workspace_id) is None:
            messages.warning(
                request, gettext("%(number)s has no agent yet. Assign an active agent.") % {"number": obj.number}
            )

    def check_import(self, workspace: Workspace, data: bytes, choices: Mapping[str, str | None]) -> Report:
        return check_file(workspace, data, defaults_of(choices))

    def run_import(self, request: HttpRequest, file: ImportFile, *, valid_rows_only: bool) -> Report:
        content, defaults = bytes(file.content), defaults_of(file.choices)
        return import_file(file.workspace, content, defaults, valid_rows_only=valid_rows_only)

    def delete_model(self, request: HttpRequest, obj: PhoneNumber) -> None:
        numbers.remove_number(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[PhoneNumber]) -> None:
        for row in queryset:
            numbers.remove_number(row)
