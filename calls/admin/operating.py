"""What people do in a live call from its page and the live board."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin.scoping import ScopedAdmin
from accounts.choices import Role
from calls.admin.agent_tests import sources
from calls.choices import TransferMode
from calls.models import Call
from calls.services.agent_control import Control, control_agent
from calls.services.listening import listen_in
from calls.transfers.requests import transfer_call
from telephony.transfer_targets import LONGEST_TARGET
from voxa.core.errors import ServiceError


class TransferForm(forms.Form):
    to = forms.CharField(
        label=_("Transfer to"),
        max_length=LONGEST_TARGET,
        widget=UnfoldAdminTextInputWidget(attrs={"autofocus": True}),
        help_text=_("A number such as +1 (202) 555-0123, or a SIP address such as sip:desk@example.com."),
    )
    mode = forms.ChoiceField(
        choices=TransferMode.choices,
        widget=UnfoldAdminSelectWidget(),
        help_text=_("A warm transfer takes a number. The agent leaves when the target has answered."),
        label=_("Mode"),
    )


class OperatingMixin(ScopedAdmin):
    """Views of `CallAdmin`."""

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:object_id>/transfer/", wrap(self.transfer_view), name="calls_call_transfer"),
            path("<uuid:object_id>/control/", wrap(self.control_view), name="calls_call_control"),
            path("<uuid:object_id>/listen/", wrap(self.listen_view), name="calls_call_listen"),
            *super().get_urls(),
        ]

    def control_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        """Ask something of the agent, on POST, for operators. Owners and admins alone may whisper."""
        action = request.POST.get("action")
        role = Role.ADMIN if action == Control.WHISPER else Role.OPERATOR
        call: Call = self.row_or_deny(request, str(object_id), role)
        if request.method != "POST" or action not in Control.values:
            raise PermissionDenied
        try:
            control_agent(call, Control(action), _name(request), request.POST.get("text", ""))
        except ServiceError as error:
            messages.error(request, error.message)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, gettext("The agent was asked. The timeline shows when it is done."))
        return HttpResponseRedirect(reverse("admin:calls_call_change", args=[call.pk]))

    def listen_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        """Show the player, for owners and admins; on POST, answer how to join."""
        call: Call = self.row_or_deny(request, str(object_id), Role.ADMIN)
        if request.method == "POST":
            try:
                told = listen_in(call, _name(request))
            except ServiceError as error:
                return JsonResponse({"message": error.message}, status=409)
            return JsonResponse(told, headers={"Cache-Control": "no-store"})
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Listen in"),
            "opts": self.opts,
            "call": call,
        }
        page = render(request, "admin/calls/call/listen.html", context)
        page._csp_update = {"connect-src": ["'self'", *sources(call.project)]}  # type: ignore[attr-defined]
        return page

    def transfer_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        """Ask where to, and transfer the call. Uses POST, so that no number appears in a URL."""
        call: Call = self.row_or_deny(request, str(object_id), Role.OPERATOR)
        form = TransferForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and self._transfer(request, call, form):
            return HttpResponseRedirect(reverse("admin:calls_call_change", args=[call.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Transfer the call"),
            "opts": self.opts,
            "call": call,
            "form": form,
        }
        return render(request, "admin/calls/call/transfer.html", context)

    def _transfer(self, request: HttpRequest, call: Call, form: TransferForm) -> bool:
        """Return whether the transfer was requested; else the form has the reason."""
        try:
            transfer = transfer_call(call, form.cleaned_data["to"], TransferMode(form.cleaned_data["mode"]))
        except ValidationError as error:
            form.add_error("to", error.messages)
            return False
        except ServiceError as error:
            form.add_error(None, error.message)
            return False
        messages.success(
            request,
            gettext("The transfer is in progress.") if transfer.is_open else gettext("The call was transferred."),
        )
        return True


def _name(request: HttpRequest) -> str:
    return str(request.user.get_username())
