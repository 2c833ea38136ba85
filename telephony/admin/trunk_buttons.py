"""The buttons, fragments and bulk actions of trunks."""

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from telephony.admin.number_import import bring_in, may_import
from telephony.admin.outcome import tell
from telephony.admin.trunk_status import addresses_to_allow, status_panel
from telephony.models import TelephonySettings, Trunk
from telephony.services.gateway_checks import request_check
from telephony.services.trunks import pause_calls, provision_trunk, resume_calls

AT_ONCE = 20  # trunks per bulk action, each with its own message


class TrunkButtons:
    """A mixin for the admin of trunks. It goes before `ScopedAdmin`."""

    admin_site: admin.AdminSite
    view_role: ClassVar[Role]
    may: Callable[..., bool]
    row_or_deny: Any

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<path:object_id>/provision/", wrap(self.provision_view), name="telephony_trunk_provision"),
            path("<path:object_id>/pause/", wrap(self.pause_view), name="telephony_trunk_pause"),
            path("<path:object_id>/resume/", wrap(self.resume_view), name="telephony_trunk_resume"),
            path("<path:object_id>/check/", wrap(self.check_view), name="telephony_trunk_check"),
            path("<path:object_id>/status/", wrap(self.status_view), name="telephony_trunk_status"),
            path("<path:object_id>/addresses/", wrap(self.addresses_view), name="telephony_trunk_addresses"),
            path("<path:object_id>/import-numbers/", wrap(self.import_view), name="telephony_trunk_import_numbers"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def import_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Import the carrier's numbers, on POST, and report the result of each."""
        trunk = self.row_or_deny(request, object_id, Role.ADMIN)
        if request.method != "POST" or not may_import(request, trunk):
            raise PermissionDenied
        bring_in(request, trunk)
        return HttpResponseRedirect(reverse("admin:telephony_trunk_change", args=[trunk.pk]))

    def provision_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Provision the trunk again, on POST."""
        trunk = self.row_or_deny(request, object_id, Role.OPERATOR)
        if request.method != "POST":
            raise PermissionDenied
        with transaction.atomic():
            provision_trunk(trunk)
        tell(request, [trunk])
        return HttpResponseRedirect(reverse("admin:telephony_trunk_change", args=[trunk.pk]))

    def status_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Return the status panel alone, for the page's polling."""
        trunk = self.row_or_deny(request, object_id, self.view_role)
        return render(request, "admin/telephony/trunk/status.html", status_panel(request, trunk, cast(Any, self)))

    def addresses_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Return the addresses that the carrier should allow, which DNS may take 2 s to tell."""
        trunk = self.row_or_deny(request, object_id, self.view_role)
        domain = TelephonySettings.of(trunk.workspace_id).project.domain
        context = {"answer": addresses_to_allow(domain) if domain else None, "domain": domain}
        return render(request, "admin/telephony/trunk/addresses.html", context)

    def check_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Check the trunk's gateways, on POST."""
        trunk = self.row_or_deny(request, object_id, Role.OPERATOR)
        if request.method != "POST":
            raise PermissionDenied
        request_check([trunk])
        return HttpResponseRedirect(reverse("admin:telephony_trunk_change", args=[trunk.pk]))

    def pause_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Pause the trunk's outbound calls, on POST."""
        return self._switch(request, object_id, pause_calls)

    def resume_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Resume the trunk's outbound calls, on POST."""
        return self._switch(request, object_id, resume_calls)

    def _switch(self, request: HttpRequest, object_id: str, switch: Callable[[Trunk], Trunk]) -> HttpResponse:
        trunk = self.row_or_deny(request, object_id, Role.OPERATOR)
        if request.method != "POST":
            raise PermissionDenied
        switch(trunk)
        return HttpResponseRedirect(reverse("admin:telephony_trunk_change", args=[trunk.pk]))

    @admin.action(description=_("Pause outbound calls"), permissions=["provision"])
    def pause_selected(self, request: HttpRequest, queryset: QuerySet[Trunk]) -> None:
        """Pause the outbound calls of the selected trunks."""
        self._switch_selected(request, queryset, pause_calls, _("Outbound calls paused: %(trunks)s."))

    @admin.action(description=_("Resume outbound calls"), permissions=["provision"])
    def resume_selected(self, request: HttpRequest, queryset: QuerySet[Trunk]) -> None:
        """Resume the outbound calls of the selected trunks."""
        self._switch_selected(request, queryset, resume_calls, _("Outbound calls resumed: %(trunks)s."))

    def _switch_selected(
        self, request: HttpRequest, queryset: QuerySet[Trunk], switch: Callable[[Trunk], Trunk], words: Any
    ) -> None:
        chosen = self._operable(request, queryset)
        for trunk in chosen:
            switch(trunk)
        if chosen:
            messages.info(request, words % {"trunks": ", ".join(trunk.name for trunk in chosen)})

    def has_provision_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user may provision trunks."""
        return self.may(request, Role.OPERATOR, obj)

    @admin.action(description=_("Provision now"), permissions=["provision"])
    def provision_selected(self, request: HttpRequest, queryset: QuerySet[Trunk]) -> None:
        """Provision the selected trunks that the user may provision, and report the result of each."""
        chosen = self._operable(request, queryset)
        with transaction.atomic():
            for trunk in chosen:
                provision_trunk(trunk)
        tell(request, chosen)

    @admin.action(description=_("Check gateways"), permissions=["provision"])
    def check_selected(self, request: HttpRequest, queryset: QuerySet[Trunk]) -> None:
        """Check the gateways of the selected trunks."""
        if chosen := self._operable(request, queryset):
            request_check(chosen)
            messages.info(
                request,
                gettext("Checking the gateways of %(count)d trunks. Reload in a few seconds.") % {"count": len(chosen)},
            )

    def _operable(self, request: HttpRequest, queryset: QuerySet[Trunk]) -> list[Trunk]:
        """Return the selected trunks that the user may operate, none if there are too many."""
        chosen = [trunk for trunk in queryset[: AT_ONCE + 1] if self.may(request, Role.OPERATOR, trunk)]
        if len(chosen) <= AT_ONCE:
            return chosen
        messages.error(
            request,
            gettext("Select at most %(most)d trunks, or run manage.py provision_trunks for all.") % {"most": AT_ONCE},
        )
        return []
