"""Inlines of members on the pages of workspaces and people."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminEmailInputWidget

from accounts.admin.access import access_of
from accounts.admin.scoping import ScopedTabularInline
from accounts.choices import Role
from accounts.models import Membership, User
from accounts.services import members


class PersonField(forms.EmailField):
    """A user, entered by email address."""

    widget = UnfoldAdminEmailInputWidget

    def clean(self, value: Any) -> Any:
        if isinstance(value, User):
            return value
        email = super().clean(value)
        person = User.objects.filter(email__iexact=email).first() if email else None
        if email and person is None:
            raise ValidationError(gettext("No user has this email address. Invite the person under Invitations."))
        return person


class MemberForm(forms.ModelForm):  # type: ignore[type-arg]
    """A user and a role. The user of an existing row is fixed."""

    user = PersonField(label=_("Email address"))

    class Meta:
        model = Membership
        fields = ["user", "role"]
        labels = {"user": _("Email address")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["user"] = self.instance.user
            self.fields["user"].disabled = True


class MemberFormSet(PaginationInlineFormSet):
    """The members of one workspace, validated together. `acting` is the role of the user who changes them."""

    acting: Role | None = None

    def clean(self) -> None:
        super().clean()
        changes = []
        for form in self.forms:
            if not hasattr(form, "cleaned_data") or not form.has_changed():
                continue
            before = None if form.instance._state.adding else Role(form.initial["role"])
            after = None if form.cleaned_data.get("DELETE") else form.cleaned_data.get("role")
            changes.append((before, Role(after) if after else None))
        members.check_changes(self.instance, self.acting, changes)


class MemberInline(ScopedTabularInline):
    """The members of a workspace."""

    model = Membership
    form = MemberForm
    formset = MemberFormSet
    fields = ["user", "role"]
    extra = 0
    per_page = 50
    hide_title = True
    verbose_name = _("member")
    verbose_name_plural = _("Members")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user", "workspace")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        access = access_of(request)
        formset.acting = Role.OWNER if access.superuser else access.roles.get(obj.pk) if obj else None
        return formset


class MembershipsInline(ScopedTabularInline):
    """The workspaces of a user, as far as the reader may see them."""

    model = Membership
    fields = ["workspace", "role"]
    autocomplete_fields = ["workspace"]
    extra = 0
    hide_title = True
    verbose_name = _("workspace")
    verbose_name_plural = _("Workspaces")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user", "workspace")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access_of(request).superuser

    has_change_permission = has_delete_permission = has_add_permission

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access_of(request).may(Role.VIEWER)
