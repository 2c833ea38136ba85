"""Page that previews which agent would answer an inbound call. Nothing is called or stored."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin.access import access_of
from accounts.admin.scoping import usable_workspaces
from accounts.choices import Role
from accounts.models import Workspace
from calls.routing.preview import RouteCheck, check_inbound
from voxa.core.phone_numbers import NumberError, canonical, is_withheld


class InboundForm(forms.Form):
    workspace = forms.ModelChoiceField(Workspace.objects.none(), widget=UnfoldAdminSelectWidget(), label=_("Workspace"))
    to = forms.CharField(
        label=_("Number called"),
        max_length=80,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("A number of the workspace, for example +1 (202) 555-0123."),
    )
    caller = forms.CharField(
        label=_("Caller"),
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Leave empty for a withheld number."),
    )
    source = forms.GenericIPAddressField(
        label=_("Source address"),
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("IPv4 or IPv6 address that sends the INVITE. Leave empty for any allowed address."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        workspace = data.get("workspace")
        for name in ("to", "caller"):
            text = data.get(name, "")
            if workspace is None or not text:
                continue
            if name == "caller" and is_withheld(text):
                data[name] = ""
                continue
            try:
                data[name] = canonical(text, workspace.country)
            except NumberError as error:
                self.add_error(name, str(error))
        return data


class InboundCheckView(View):
    """Uses POST, so that no number appears in a URL."""

    admin_site: AdminSite = None  # type: ignore[assignment]  # given by as_view

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, self._form(request, None), None)

    def post(self, request: HttpRequest) -> HttpResponse:
        form, found = self._form(request, request.POST), None
        if form.is_valid():
            data = form.cleaned_data
            found = check_inbound(data["workspace"], data["to"], data["caller"], data["source"])
        return self._page(request, form, found)

    def _form(self, request: HttpRequest, data: Any) -> InboundForm:
        workspaces = usable_workspaces(access_of(request), Role.VIEWER)
        if not workspaces.exists():
            raise PermissionDenied
        first = list(workspaces[:2])
        form = InboundForm(data, initial={"workspace": first[0]} if len(first) == 1 else {})
        field: Any = form.fields["workspace"]
        field.queryset = workspaces
        return form

    def _page(self, request: HttpRequest, form: InboundForm, found: RouteCheck | None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Check an inbound call"),
            "form": form,
            "found": found,
            "headline": found
            and (
                gettext("The call would not be answered.") if found.refusal else gettext("The call would be answered.")
            ),
        }
        return TemplateResponse(request, "admin/calls/call/inbound.html", context)
