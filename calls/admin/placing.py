"""Form that places a call."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.scoping import is_uuid
from accounts.admin.workspace_first import WorkspaceFirst
from calls.admin.checking import BUTTON, CheckAsked, checked
from calls.models import Call
from calls.services.place import place_call, placing
from telephony.admin.json_fields import ReadableJson
from telephony.admin.selects import WorkspaceSelect

# The service's field names and the form's.
_FIELDS = {"to": "to_number", "from": "number"}
SELECTS = ("number", "agent", "trunk")
AGAIN = "again"  # query parameter with the ID of a call


class PlaceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Callee, caller ID and agent of a call.

    `refused` is the service's error for the same form; a form that is `only_checked` is displayed again, not saved.
    """

    refused: ValidationError | None = None
    only_checked = False
    variables = ReadableJson(
        dict,
        {"first_name": "Ada", "order": 1042},
        label=_("Variables"),
        help_text=_("Values of the placeholders in the agent's texts, as JSON: texts, numbers and booleans."),
    )

    class Meta:
        model = Call
        fields = ["workspace", "to_number", *SELECTS, "variables", "scheduled_at", "not_after", "max_duration_seconds"]
        labels = {
            "to_number": _("Number to call"),
            "number": _("From"),
            "scheduled_at": _("Scheduled at"),
            "not_after": _("Expires at"),
            "max_duration_seconds": _("Maximum duration"),
        }
        help_texts = {
            "to_number": _("For example +1 (202) 555-0123. Without a country code, the workspace's country applies."),
            "number": _("Caller ID: the number that the callee sees."),
            "agent": _("The agent that talks to the callee."),
            "trunk": _("Leave empty to use the trunk of the caller ID."),
            "max_duration_seconds": _("Maximum talk time in seconds, from 10 to 14,400. One hour is 3,600."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("number", "agent"):
            self.fields[name].required = True

    def is_valid(self) -> bool:
        return super().is_valid() and not self.only_checked

    def _get_validation_exclusions(self) -> set[str]:
        """Leave the number to the service, which reports all errors at once."""
        return {*super()._get_validation_exclusions(), "to_number"}  # type: ignore[misc]

    def clean_variables(self) -> dict[str, Any]:
        given = self.cleaned_data["variables"]
        if not isinstance(given, dict):
            raise ValidationError(gettext('Enter a JSON object, for example {"first_name": "Ada"}.'), code="variables")
        return given

    def clean(self) -> Any:
        if self.refused:
            for path, errors in self.refused.error_dict.items():
                field, _, part = path.partition(".")
                name = _FIELDS.get(field, field)
                said = [f"{part}: {words}" for error in errors for words in error.messages] if part else errors
                self.add_error(name if name in self.fields else None, said)
        return super().clean()


class PlacingMixin(WorkspaceFirst):
    """The page to place a call: an `add` page that uses the same service as the API."""

    add_fieldsets = [
        (
            _("Call"),
            {
                "description": _("The call waits in the queue until it is due and the limits allow it."),
                "fields": ["workspace", "to_number", ("number", "agent"), "variables"],
            },
        ),
        (_("Schedule and routing"), {"fields": ["scheduled_at", "not_after", "max_duration_seconds", "trunk"]}),
    ]
    admin_site: admin.AdminSite

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show or process the form; times are in the workspace's time zone."""
        context = {
            "title": gettext("Place a call"),
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        context |= extra_context or {}
        try:
            return super().add_view(request, form_url, context)
        except CheckAsked as asked:
            request._voxa_only_checked = True  # type: ignore[attr-defined]
            return super().add_view(request, form_url, {**context, "checked": checked(asked.data)})
        except ValidationError as error:
            request._voxa_refused = error  # type: ignore[attr-defined]
            return super().add_view(request, form_url, context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Prefill the form from the call that is to be placed again."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)  # type: ignore[misc]
        named = request.GET.get(AGAIN, "")
        again = self.get_object(request, named) if is_uuid(named) else None  # type: ignore[attr-defined]
        return initial | model_to_dict(again, ["to_number", "number", "agent", "variables"]) if again else initial

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]
        form = super().get_form(request, obj, change=change, form=PlaceForm, **kwargs)  # type: ignore[misc]
        form.refused = getattr(request, "_voxa_refused", None)
        form.only_checked = hasattr(request, "_voxa_only_checked")
        for name in ("workspace", *SELECTS):  # no links to add or change one
            wrapper = form.base_fields[name].widget
            wrapper.can_add_related = wrapper.can_change_related = False
            wrapper.can_view_related = wrapper.can_delete_related = False
        workspace = self.chosen_workspace(request)
        zone = workspace.time_zone if workspace else "UTC"
        form.base_fields["scheduled_at"].help_text = gettext("Leave empty to call now. The time zone is %(zone)s.") % {
            "zone": zone
        }
        words = gettext(
            "The call ends if it is not dialed by then. Leave empty for no limit. The time zone is %(zone)s."
        ) % {"zone": zone}
        form.base_fields["not_after"].help_text = words
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        workspace = self.chosen_workspace(request)
        if db_field.name in SELECTS:
            kwargs["widget"] = WorkspaceSelect(db_field, self.admin_site)
            kwargs["widget"].workspace = workspace.pk if workspace else None
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name in SELECTS and workspace is not None:
            field.queryset = field.queryset.filter(workspace=workspace)
        return field

    def save_model(self, request: HttpRequest, obj: Call, form: Any, change: bool) -> None:
        data = form.cleaned_data
        if BUTTON in request.POST:
            raise CheckAsked(data)
        with placing(data["workspace"], data["number"].number):
            placed = place_call(
                data["workspace"],
                to=data["to_number"],
                from_=data["number"].number,
                agent=data["agent"],
                trunk=data["trunk"],
                scheduled_at=data["scheduled_at"],
                not_after=data["not_after"],
                max_duration_seconds=data["max_duration_seconds"],
                variables=data["variables"],
            )
        obj.__dict__.update(placed.__dict__)

    def response_add(self, request: HttpRequest, obj: Call, post_url_continue: str | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:calls_call_change", args=[obj.pk]))
