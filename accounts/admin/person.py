"""Admin of people. Superusers manage them; others see members of their workspaces."""

import logging
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.admin.access import Access, access_of
from accounts.admin.labels import Labels
from accounts.admin.member import MembershipsInline
from accounts.admin.scoping import ScopedAdmin
from accounts.admin.secrets_again import SecretsAgainForm
from accounts.admin.sessions import SessionsView
from accounts.admin.two_step import TwoStepView
from accounts.choices import Role
from accounts.models import AuthenticatorApp, Membership, User
from accounts.services.two_step import turn_off

logger = logging.getLogger(__name__)
admin.site.unregister(Group)


class NewPersonForm(UserCreationForm):
    """A person's email address and initial password."""

    class Meta:
        model = User
        fields = ["email", "first_name", "last_name"]


class PersonForm(UserChangeForm):
    """A person. The password has its own page."""

    class Meta:
        model = User
        fields = "__all__"


class PersonPasswordForm(SecretsAgainForm, AdminPasswordChangeForm):
    """The password of another person."""


@admin.register(User)
class PersonAdmin(ScopedAdmin, UserAdmin, ModelAdmin):  # type: ignore[misc,type-arg]
    """Other users than superusers see name and email address of members of their workspaces."""

    add_form = NewPersonForm
    form = PersonForm
    change_password_form = PersonPasswordForm
    list_display = ["email", "name", "state", "two_step", "last_login"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["email", "first_name", "last_name"]
    search_help_text = _("Email address or name")
    ordering = ["email"]
    filter_horizontal = ()
    inlines = [MembershipsInline]
    history_also = [("memberships", "member")]
    actions = None
    change_form_outer_before_template = "admin/accounts/user/panel.html"
    add_fieldsets = [(None, {"fields": ["email", ("first_name", "last_name"), ("password1", "password2")]})]
    all_fieldsets = [
        (None, {"fields": ["email", ("first_name", "last_name"), "password"]}),
        (_("Permissions"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
        (_("When"), {"fields": [("last_login", "date_joined")]}),
    ]
    public_fieldsets = [(None, {"fields": ["email", ("first_name", "last_name")]})]

    @display(description=_("Name"))
    def name(self, person: User) -> str:
        return person.get_full_name()

    @display(
        description=_("State"),
        label=Labels({_("Superuser"): "primary", _("Active"): "success", _("Blocked"): "danger"}),
    )
    def state(self, person: User) -> str:
        if not person.is_active:
            return gettext("Blocked")
        return gettext("Superuser") if person.is_superuser else gettext("Active")

    @display(description=_("Two-step sign-in"), label=Labels({_("On"): "success"}))
    def two_step(self, person: Any) -> str:
        return gettext("On") if person.devices else gettext("Off")

    def limit(self, rows: QuerySet[Any], access: Access) -> QuerySet[Any]:
        rows = rows.annotate(devices=Exists(AuthenticatorApp.objects.filter(user=OuterRef("pk"), confirmed=True)))
        if access.superuser:
            return rows
        colleagues = Membership.objects.filter(workspace__in=access.workspaces(Role.VIEWER))
        return rows.filter(pk__in=colleagues.values("user"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access_of(request).may(Role.VIEWER)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access_of(request).superuser

    has_change_permission = has_delete_permission = has_add_permission

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if not access_of(request).superuser:
            return self.public_fieldsets
        return self.all_fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["last_login", "date_joined"] if obj else []

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.list_display if access_of(request).superuser else ["email", "name"]

    def get_list_filter(self, request: HttpRequest) -> Any:
        return self.list_filter if access_of(request).superuser else []

    def has_history(self, request: HttpRequest) -> bool:
        return access_of(request).superuser

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Include changes of memberships for superusers only."""
        if not self.has_history(request):
            raise Http404
        return super().history_view(request, object_id, extra_context)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.is_staff = True  # people exist to sign in to the admin
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[Any]:
        own = self.admin_site.admin_view(TwoStepView.as_view(admin_site=self.admin_site))
        sessions = self.admin_site.admin_view(SessionsView.as_view(admin_site=self.admin_site))
        remove = self.admin_site.admin_view(self.remove_two_step_view)
        return [
            path("two-step/", own, name="two_step"),
            path("sessions/", sessions, name="own_sessions"),
            path("<path:object_id>/sessions/", sessions, name="accounts_user_sessions"),
            path("<path:object_id>/two-step/remove/", remove, name="accounts_user_remove_two_step"),
            *super().get_urls(),
        ]

    def remove_two_step_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Remove the app and recovery codes of a person who lost them, on POST."""
        person = self.row_or_deny(request, object_id, Role.OWNER)  # without workspace: superusers only
        if request.method != "POST":
            raise PermissionDenied
        turn_off(person)
        logger.warning("Person %s removed the two-step sign-in of person %s.", request.user.pk, person.pk)
        messages.success(
            request,
            gettext("%(person)s now signs in with the password only and can set it up again.") % {"person": person},
        )
        return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[person.pk]))
