"""The form of a trunk, with its gateways and numbers."""

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from accounts.admin.scoping import ScopedTabularInline
from telephony.admin.header_lines import HeaderLines
from telephony.admin.secrets import WriteOnlyForm, clear_field, secret_field
from telephony.admin.selects import WorkspaceSelect, name_chosen
from telephony.carriers.presets import CARRIERS
from telephony.carriers.registry import default_carrier
from telephony.choices import Codec
from telephony.models import Gateway, PhoneNumber, Trunk
from telephony.services.gateways import MAX_GATEWAYS

CARRIER_CHOICES = [("", _("Another carrier")), *((key, carrier.name) for key, carrier in CARRIERS.items())]

PRESETS = {
    key: {
        "host": carrier.host,
        "host_pattern": carrier.host_pattern,
        "port": str(carrier.port),
        "protocol": carrier.protocol,
        "leading_plus": carrier.leading_plus,
        "tech_prefix": carrier.tech_prefix,
        "media_encryption": carrier.media_encryption,
        "note": " ".join([carrier.note, *carrier.gaps, f"As published on {carrier.checked:%-d %B %Y}."]),
        "sources": carrier.sources,
    }
    for key, carrier in CARRIERS.items()
}  # read by carrier_presets.js


class TrunkForm(WriteOnlyForm):
    """A trunk. The password is write-only."""

    write_only = "auth_password"
    clears_with = ["auth_username"]
    carrier = forms.ChoiceField(
        choices=CARRIER_CHOICES,
        required=False,
        widget=UnfoldAdminSelectWidget(attrs={"data-presets": json.dumps(PRESETS)}),
        help_text=_("A preset fills in the form and adds the IP addresses that the carrier calls from."),
        label=_("Carrier"),
    )
    headers = HeaderLines(
        "P-Asserted-Identity: <sip:{from}@sip.example.com>",
        label=_("INVITE headers"),
        help_text=_("One per line, sent with each outbound call. Values may contain {callId}, {from} and {to}."),
    )
    transfer_headers = HeaderLines(
        "X-Call: {callId}",
        label=_("REFER headers"),
        help_text=_("One per line, sent with each cold transfer (REFER)."),
    )
    headers_to_attributes = HeaderLines(
        "X-Account: account.id",
        label=_("Headers to attributes"),
        help_text=_("One per line: a SIP header and the participant attribute that receives its value."),
    )
    attributes_to_headers = HeaderLines(
        "account.id: X-Account",
        label=_("Attributes to headers"),
        help_text=_("One per line: an attribute and the SIP header for its value in responses, transfers, hang-ups."),
    )
    codecs = forms.MultipleChoiceField(
        choices=Codec.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None selected: all of them. LiveKit offers them in its own order."),
        label=_("Codecs"),
    )
    auth_password = secret_field(_("Password"))
    clear_auth_password = clear_field(_("Remove username and password"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding and default_carrier() in CARRIERS:
            self.initial.setdefault("carrier", default_carrier())

    class Meta:
        model = Trunk
        fields = "__all__"

    class Media:
        js = ["voxa/carrier_presets.js"]


class NumberFormSet(PaginationInlineFormSet):
    """The numbers of a trunk, the last part of its page. `save_page` saves all of it, as the last of the checks."""

    save_page: Callable[[], None] | None = None

    def full_clean(self) -> None:
        """Set the numbers' workspace, which the validation of their agents needs."""
        for form in self.forms:
            form.instance.workspace_id = self.instance.workspace_id
        super().full_clean()

    def clean(self) -> None:
        super().clean()
        if self.save_page is not None and not any(self.errors):
            self.save_page()


class GatewayFormSet(PaginationInlineFormSet):
    """At least one gateway."""

    default_error_messages = {
        "too_few_forms": _("Add at least one gateway: the host name or IP address of the carrier."),
        "too_many_forms": gettext("Enter at most %(most)d gateways.") % {"most": MAX_GATEWAYS},
    }


class GatewayInline(ScopedTabularInline):
    """The gateways of a trunk."""

    model = Gateway
    workspace_path = "trunk__workspace_id"
    formset = GatewayFormSet
    fields = ["ip_or_domain", "port", "protocol", "netmask", "inbound", "outbound", "priority"]
    extra = 0
    min_num = 1
    max_num = MAX_GATEWAYS
    hide_title = True
    verbose_name_plural = _("Gateways")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, validate_min=True, validate_max=True, **kwargs)


class NumberForm(forms.ModelForm):  # type: ignore[type-arg]
    """A number on the trunk of the page."""

    class Meta:
        model = PhoneNumber
        fields = ["number", "agent", "transfer_trunk", "label"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_chosen(self, "agent", "transfer_trunk")


class NumberInline(ScopedTabularInline):
    """The numbers of a trunk, 20 per page."""

    model = PhoneNumber
    fk_name = "trunk"
    form = NumberForm
    formset = NumberFormSet
    fields = ["number", "agent", "transfer_trunk", "label"]
    autocomplete_fields = ["agent", "transfer_trunk"]
    extra = 0
    per_page = 20
    ordering = ["number"]  # as its index has them
    hide_title = True
    verbose_name = _("number")
    verbose_name_plural = _("Phone numbers")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("agent", "transfer_trunk")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = WorkspaceSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        for name in self.autocomplete_fields:  # rows added on the page search the trunk's workspace
            formset.form.base_fields[name].widget.widget.workspace = self._workspace_id(request, obj)
        return formset

    def _workspace_id(self, request: HttpRequest, trunk: Trunk | None) -> Any:
        if trunk is not None:
            return trunk.workspace_id
        page: Any = self.admin_site.get_model_admin(Trunk)
        chosen = page.chosen_workspace(request)
        return chosen.pk if chosen else None
