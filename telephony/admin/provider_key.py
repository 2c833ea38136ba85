"""Admin of provider keys."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordWidget

from accounts.admin.filters import OwnRowsFilter
from accounts.admin.labels import Labels
from accounts.admin.times import when
from agents.choices import KeyProvider, ProviderCheck
from agents.vendors import VENDORS
from telephony.admin.refusal import ServiceForm
from telephony.admin.secrets import KEEP, WriteOnlyForm
from telephony.admin.used_by_agents import BackgroundButton, UsedByAgents
from telephony.models import Agent, ProviderKey
from telephony.services import provider_keys

_HAS = {"base_url": "servers", "region": "regions"}  # fields that not every provider has
_CHECKS = Labels({_("Accepted"): "success", _("Refused"): "danger", _("Not checked yet"): "info"})


class ProviderKeyForm(WriteOnlyForm, ServiceForm):
    """A key is write-only. Entering another one rotates it."""

    write_only = "key"
    key = forms.CharField(
        required=False,
        strip=False,
        max_length=10_000,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}, render_value=False),
        label=_("Key"),
    )

    class Meta:
        model = ProviderKey
        fields = ["workspace", "name", "provider", "key", "base_url", "region"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            google = gettext("Of Google Cloud: the content of the JSON key file of a service account.")
            kept = gettext("%(keep)s Another key is used from the next call on.") % {"keep": KEEP}
            self.fields["key"].help_text = google if self.instance._state.adding else kept


def _in_sight(what: str) -> str:
    """Return the condition for showing a field of certain providers."""
    own = " || ".join(f"provider == '{name}'" for name, vendor in VENDORS.items() if getattr(vendor, f"has_{what}"))
    return f"typeof provider === 'undefined' || {own}"


@admin.register(ProviderKey)
class ProviderKeyAdmin(BackgroundButton, UsedByAgents):
    """Save through the services. A key is checked in the background."""

    empty = _("A provider key is an API key of an AI provider, stored once for all agents that use it.")
    add_words = _("Add provider key")
    form = ProviderKeyForm
    list_display = ["name", "owner", "state", "provider_answer", "agent_count", "entered", "workspace"]
    list_select_related = ["workspace"]
    list_filter = [("provider", ChoicesDropdownFilter), ("workspace", OwnRowsFilter)]
    search_fields = ["name"]
    search_help_text = _("Name")
    autocomplete_fields = ["workspace"]
    readonly_fields = ["owner", "state", "provider_answer", "checked", "entered", "used_by"]
    change_form_outer_after_template = "admin/telephony/providerkey/check.html"
    conditional_fields = {name: _in_sight(what) for name, what in _HAS.items()}
    button = "check"
    _new = [(None, {"fields": ["workspace", "name", "provider", "key", "base_url", "region"]})]

    @display(description=_("Provider"), ordering="provider")
    def owner(self, key: ProviderKey) -> str:
        return str(KeyProvider(key.provider).label)

    @display(description=_("Last check"), ordering="provider_check", label=_CHECKS)
    def state(self, key: ProviderKey) -> str:
        return str(ProviderCheck(key.provider_check).label)

    @display(description=_("Key entered"), ordering="rotated_at")
    def entered(self, key: ProviderKey) -> str:
        return when(key.rotated_at)

    @display(description=_("Checked"))
    def checked(self, key: ProviderKey) -> str:
        return when(key.provider_checked_at)

    def limit(self, rows: QuerySet[Any], access: Any) -> QuerySet[Any]:
        limited: QuerySet[Any] = super().limit(rows, access).annotate(agent_count=Count("agents"))
        return limited.defer("key")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self._new
        own = [name for name, what in _HAS.items() if getattr(obj.vendor, f"has_{what}")]
        secret = ["key"] if self.has_change_permission(request, obj) else []
        checks = [("state", "checked"), "provider_answer", "entered", "used_by"]
        return [(None, {"fields": ["name", "owner", *secret, *own]}), (gettext("State"), {"fields": checks})]

    def save_by_service(self, request: HttpRequest, form: Any) -> ProviderKey:
        values = {name: form.cleaned_data[name] for name in provider_keys.FIELDS if name in form.cleaned_data}
        if form.instance._state.adding:
            return provider_keys.create_key(form.cleaned_data["workspace"], values)
        named = {name: value for name, value in values.items() if name in form.changed_data}
        return provider_keys.update_key(form.instance, named)

    def users(self, row: ProviderKey) -> QuerySet[Agent]:
        return provider_keys.users(row)

    def delete_by_service(self, row: ProviderKey) -> None:
        provider_keys.delete_key(row)

    def press(self, row: ProviderKey) -> str:
        provider_keys.request_check(row)
        return gettext("%(key)s is checked again. Reload the page in a moment.") % {"key": row.name}
