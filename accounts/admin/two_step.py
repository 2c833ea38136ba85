"""Set up two-step sign-in: scan a QR code, enter a code, save the recovery codes."""

from typing import Any

import segno
from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache
from django_otp import login
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from accounts.lockout import proves_password
from accounts.models import AuthenticatorApp
from accounts.services import two_step


class CodeForm(forms.Form):
    """A code from the app that is being set up."""

    code = forms.CharField(
        label=_("Code"),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, device: AuthenticatorApp, *args: Any) -> None:
        super().__init__(*args)
        self.device = device

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].replace(" ", "")
        taken = two_step.takes(self.device, code)
        if taken is None:
            raise ValidationError(_("Too many wrong codes. Wait a moment, then try again."))
        if not taken:
            raise ValidationError(_("This code is not valid. Check the clock of your device and enter the next code."))
        return code


class PasswordForm(forms.Form):
    """The password, required to turn off two-step sign-in."""

    password = forms.CharField(
        label=_("Password"), widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(*args)
        self.request = request

    def clean_password(self) -> None:
        if not proves_password(self.request, self.request.user, self.cleaned_data["password"]):
            raise ValidationError(_("The password is not correct."))


@method_decorator(never_cache, name="dispatch")
class TwoStepView(View):
    """The user's own two-step sign-in."""

    admin_site: AdminSite = None  # type: ignore[assignment]  # given by as_view

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.active = two_step.has_two_step(request.user)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        if self.active:
            form: forms.Form = PasswordForm(request, request.POST)
            if not form.is_valid():
                return self._page(request, form=form)
            two_step.turn_off(request.user, keep=request.session.session_key)
            request.session.cycle_key()
            return HttpResponseRedirect(reverse("admin:two_step"))
        device = two_step.pending_app(request.user)
        form = CodeForm(device, request.POST)
        if not form.is_valid():
            return self._page(request, form=form)
        codes = two_step.turn_on(device, keep=request.session.session_key)
        request.session.cycle_key()
        login(request, device)
        self.active = True
        return self._page(request, codes=codes)

    def _page(
        self, request: HttpRequest, form: forms.Form | None = None, codes: list[str] | None = None
    ) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": _("Two-step sign-in"), "codes": codes}
        if self.active:
            context["form"] = form or PasswordForm(request)
        else:
            device = two_step.pending_app(request.user)
            context["form"] = form or CodeForm(device)
            context["picture"] = mark_safe(segno.make(device.config_url).svg_inline(scale=4, border=2))  # noqa: S308
            context["secret"] = device.readable_seed
        context["active"] = self.active
        return TemplateResponse(request, "admin/two_step.html", context)
