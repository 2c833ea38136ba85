"""Admin of API keys."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.admin.access import Access
from accounts.admin.filters import OwnRowsFilter
from accounts.admin.labels import Labels
from accounts.admin.scoping import ScopedAdmin
from accounts.admin.shown_once import show_once
from accounts.admin.times import when
from accounts.choices import Role, Scope
from accounts.models import ApiKey
from accounts.services.keys import create_api_key, revoke

_COLORS = Labels({_("Active"): "success", _("Revoked"): "danger", _("Expired"): "warning"})


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new key with checkboxes for its scopes."""

    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Select only the scopes that the program needs."),
        error_messages={"required": _("Select at least one scope.")},
        label=_("Scopes"),
    )

    class Meta:
        model = ApiKey
        fields = ["workspace", "name", "scopes", "expires_at"]


@admin.register(ApiKey)
class ApiKeyAdmin(ScopedAdmin):
    """The key is shown only in the response to the form that created it."""

    empty = _("Programs authenticate with API keys. A key is shown once, when it is created.")
    add_words = _("Create API key")
    list_display = ["name", "state", "workspace", "beginning", "may_do", "last_used", "expires"]
    list_select_related = ["workspace"]
    list_filter = [("workspace", OwnRowsFilter)]
    search_fields = ["name", "identifier"]
    search_help_text = _("Name or the characters after vx_live_")
    autocomplete_fields = ["workspace"]
    actions: ClassVar[list[str]] = ["revoke_selected"]
    add_fieldsets = [
        (None, {"fields": ["workspace", "name"]}),
        (_("Permissions"), {"fields": ["scopes"]}),
        (_("Expiration"), {"fields": ["expires_at"]}),
    ]
    fieldsets = [
        (None, {"fields": [("state", "beginning"), "name", "workspace", "may_do"]}),
        (_("Use"), {"fields": [("last_used", "expires"), ("created_by", "created")]}),
    ]
    change_form_outer_before_template = "admin/accounts/apikey/panel.html"

    @display(description=_("State"), label=_COLORS)
    def state(self, key: ApiKey) -> str:
        if key.revoked_at:
            return gettext("Revoked")
        return gettext("Expired") if key.expires_at and key.expires_at <= timezone.now() else gettext("Active")

    @display(description=_("Prefix"))
    def beginning(self, key: ApiKey) -> str:
        return f"vx_live_{key.identifier}…"

    @display(description=pgettext_lazy("permissions", "May"))
    def may_do(self, key: ApiKey) -> str:
        return ", ".join(str(Scope(scope).label) for scope in key.scopes if scope in Scope.values)

    @display(description=_("Last used"), ordering="last_used_at")
    def last_used(self, key: ApiKey) -> str:
        return when(key.last_used_at) or gettext("Never")

    @display(description=_("Expires"), ordering="expires_at")
    def expires(self, key: ApiKey) -> str:
        return when(key.expires_at) or gettext("Never")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep revoked keys for the audit trail."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("workspace", "created_by")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        return ["state", "beginning", "workspace", "may_do", "last_used", "expires", "created_by", "created"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change=change, **kwargs)
        form = super().get_form(request, obj, change=change, form=ApiKeyForm, **kwargs)
        form.base_fields["expires_at"].help_text = gettext("Empty: never. Time zone: %(zone)s.") % {
            "zone": self.page_zone(request).key
        }
        return form

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        data = form.cleaned_data
        saved, text = create_api_key(
            data["workspace"],
            data["name"],
            data["scopes"],
            expires_at=data["expires_at"],
            created_by=request.user,  # type: ignore[arg-type]  # the admin requires a signed-in user
        )
        obj.__dict__.update(saved.__dict__)
        request._voxa_new_key = text  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        key: str = request._voxa_new_key  # type: ignore[attr-defined]
        back, template = reverse("admin:accounts_apikey_changelist"), "admin/accounts/apikey/created.html"
        return show_once(self, request, template, "Your new API key", obj, key, back=back, may=self.may_do(obj))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.revoke_view)
        return [path("<path:object_id>/revoke/", view, name="accounts_apikey_revoke"), *super().get_urls()]

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Revoke the key, on POST."""
        key = self.row_or_deny(request, object_id, Role.ADMIN)
        if request.method != "POST":
            raise PermissionDenied
        revoke(key)
        messages.success(
            request, gettext("%(key)s was revoked. Requests with it are now rejected.") % {"key": key.name}
        )
        return HttpResponseRedirect(reverse("admin:accounts_apikey_change", args=[key.pk]))

    @admin.action(description=_("Revoke"), permissions=["change"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """Revoke the selected keys that the user may revoke."""
        done = [key for key in queryset if self.may(request, Role.ADMIN, key)]
        for key in done:
            revoke(key)
        left = queryset.count() - len(done)
        messages.success(
            request, gettext("Revoked: %(keys)s.") % {"keys": ", ".join(key.name for key in done) or gettext("none")}
        )
        if left:
            messages.warning(
                request,
                gettext("Not revoked: %(count)d in workspaces where you have read access only.") % {"count": left},
            )

    def limit(self, rows: QuerySet[Any], access: Access) -> QuerySet[Any]:
        return super().limit(rows, access).defer("key_hash")
