"""Admin of invitations, and the page where they are accepted."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic import View
from unfold.decorators import display
from unfold.forms import UserCreationForm
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.access import access_of
from accounts.admin.filters import OwnRowsFilter
from accounts.admin.labels import Labels
from accounts.admin.scoping import ScopedAdmin
from accounts.admin.secrets_again import SecretsAgainForm
from accounts.admin.shown_once import show_once
from accounts.admin.times import when
from accounts.choices import Role
from accounts.models import Invitation, User
from accounts.services import invitations

_KEPT = "invitation"  # in the session: the id of the invitation whose code was entered


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]
    """The service checks what concerns several rows, while the form is validated."""

    acting: User

    class Meta:
        model = Invitation
        fields = ["workspace", "email", "role"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and self.instance._state.adding:
            self.made = invitations.invite(data["workspace"], data["email"], data["role"], self.acting)
            self.instance.email = self.made.email
        return data

    def validate_unique(self) -> None:
        """Nothing: the service did."""

    def validate_constraints(self) -> None:
        """Nothing: the service did."""


@admin.register(Invitation)
class InvitationAdmin(ScopedAdmin):
    """Admins invite people, owners other owners too. An invitation is withdrawn by deleting it."""

    empty = _("Invite people by email. They choose their password themselves.")
    add_words = _("Invite")
    form = InvitationForm
    list_display = ["email", "role", "state", "sent", "expires", "workspace"]
    list_select_related = ["workspace"]
    list_filter = [("workspace", OwnRowsFilter)]
    search_fields = ["email"]
    search_help_text = _("Part of the email address")
    autocomplete_fields = ["workspace"]
    actions = None
    fieldsets = [(None, {"fields": ["workspace", "email", "role"]})]
    change_form_outer_before_template = "admin/accounts/invitation/panel.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return access_of(request).may(Role.ADMIN)

    def limit(self, rows: QuerySet[Any], access: Any) -> QuerySet[Any]:
        return rows if access.superuser else rows.filter(workspace__in=access.workspaces(Role.ADMIN))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["workspace", "email", "role"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.acting = cast(User, request.user)
        return form

    @display(
        description=_("State"), label=Labels({_("Open"): "info", _("Accepted"): "success", _("Expired"): "warning"})
    )
    def state(self, row: Invitation) -> str:
        return gettext("Accepted") if row.accepted_at else gettext("Open") if row.is_open else gettext("Expired")

    @display(description=_("Email"))
    def sent(self, row: Invitation) -> str:
        return row.last_error or (
            gettext("Sent %(when)s") % {"when": when(row.sent_at)} if row.sent_at else gettext("Not sent")
        )

    @display(description=_("Expires"))
    def expires(self, row: Invitation) -> str:
        return when(row.expires_at)

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        if not change:
            obj.__dict__.update(form.made.__dict__)

    def response_add(self, request: HttpRequest, obj: Invitation, post_url_continue: str | None = None) -> HttpResponse:
        return self._told(request, obj)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.renew_view)
        return [path("<path:object_id>/renew/", view, name="accounts_invitation_renew"), *super().get_urls()]

    def renew_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make a new link, on POST, and send or show it."""
        row: Invitation = self.row_or_deny(request, object_id, Role.ADMIN)
        if request.method != "POST":
            raise PermissionDenied
        try:
            return self._told(request, invitations.renew(row))
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return HttpResponseRedirect(reverse("admin:accounts_invitation_changelist"))

    def _told(self, request: HttpRequest, row: Invitation) -> HttpResponse:
        """Report that the link was sent, or show it once where the installation sends no email."""
        back = reverse("admin:accounts_invitation_changelist")
        if not settings.EMAIL_IS_SENT:
            template = "admin/accounts/invitation/link.html"
            return show_once(self, request, template, "Invitation link", row, invitations.link_of(row), back=back)
        messages.success(request, gettext("The invitation is being sent to %(email)s.") % {"email": row.email})
        return HttpResponseRedirect(back)


class NewMemberForm(SecretsAgainForm, UserCreationForm):
    """The name and password of a person who is invited. The address is the invited one."""

    usable_password = None  # everybody signs in with one

    class Meta:
        model = User
        fields = ["first_name", "last_name"]
        widgets = {"first_name": UnfoldAdminTextInputWidget, "last_name": UnfoldAdminTextInputWidget}


@method_decorator(never_cache, name="dispatch")
class AcceptView(View):
    """Accept an invitation: enter its code, then sign in or choose a password."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, self._row(request), NewMemberForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        if "code" in request.POST:
            return self._begin(request, invitations.find(request.POST["code"].strip()))
        row = self._row(request)
        if row is None:
            return self._page(request, None, NewMemberForm(), refused=True)
        if User.objects.filter(email=row.email).exists():
            return self._join(request, row)
        form = NewMemberForm(request.POST, instance=User(email=row.email))
        if not form.is_valid():
            return self._page(request, row, form)
        invitations.accept_as_new(row, form.save(commit=False))
        del request.session[_KEPT]
        messages.success(
            request,
            gettext("You are a member of %(workspace)s. Sign in as %(email)s.")
            % {"workspace": row.workspace, "email": row.email},
        )
        return HttpResponseRedirect(reverse("admin:login"))

    def _begin(self, request: HttpRequest, row: Invitation | None) -> HttpResponse:
        """Keep the invitation in the session, which outlives signing in."""
        if row is None:
            return self._page(request, None, NewMemberForm(), refused=True)
        request.session[_KEPT] = str(row.pk)
        return HttpResponseRedirect(reverse("accept_invitation"))

    def _join(self, request: HttpRequest, row: Invitation) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or user.email != row.email:
            return self._page(request, row, NewMemberForm())
        invitations.accept(row, user)
        del request.session[_KEPT]
        messages.success(request, gettext("You are a member of %(workspace)s.") % {"workspace": row.workspace})
        return HttpResponseRedirect(reverse("admin:index"))

    def _row(self, request: HttpRequest) -> Invitation | None:
        kept = request.session.get(_KEPT)
        return invitations.find_open(kept) if kept else None

    def _page(
        self, request: HttpRequest, row: Invitation | None, form: NewMemberForm, *, refused: bool = False
    ) -> HttpResponse:
        known = bool(row and User.objects.filter(email=row.email).exists())
        context = {
            **admin.site.each_context(request),
            "title": gettext("Invitation"),
            "invitation": row,
            "form": form,
            "refused": refused,
            "is_known": known,
            "is_theirs": known and row is not None and getattr(request.user, "email", None) == row.email,
            "role": Role(row.role).label if row else "",
        }
        return TemplateResponse(request, "admin/accounts/invitation/accept.html", context)
