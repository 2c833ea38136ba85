"""The guide to carriers: what to click there, what to enter here."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views import View

from accounts.admin.access import Access, access_of
from accounts.choices import Role
from telephony.carriers.guides import ADDRESSES, GUIDES, HOST, URI, name_of, preset_of
from telephony.models import LiveKitProject
from telephony.selectors import projects_of


class CarrierGuideView(View):
    """One page for all carriers, with the SIP URI of the user's own LiveKit in the steps."""

    def get(self, request: HttpRequest) -> HttpResponse:
        access = access_of(request)
        if not access.may(Role.VIEWER):
            raise PermissionDenied
        domains = sip_domains(access)
        domain = domains[0] if len(domains) == 1 else ""
        context = {
            **admin.site.each_context(request),
            "title": gettext("Connect a carrier"),
            "domains": domains,
            "guides": [_shown(carrier, domain) for carrier in GUIDES],
            "add": reverse("admin:telephony_trunk_add") if access.may(Role.ADMIN) else "",
        }
        return render(request, "admin/carrier_guide.html", context)


def sip_domains(access: Access) -> list[str]:
    """Return the SIP domains of the user's LiveKit projects, at most 10."""
    projects = LiveKitProject.objects.all() if access.superuser else projects_of(access.workspaces(Role.VIEWER))
    used = list(projects.defer("api_secret")[:10]) or [LiveKitProject.default()]
    return list(dict.fromkeys(one.domain for one in used if one.domain))


def _shown(carrier: str, domain: str) -> dict[str, Any]:
    guide, preset = GUIDES[carrier], preset_of(carrier)
    words = {
        URI: f"sip:{domain}" if domain else gettext("the SIP URI of the trunk's page"),
        HOST: domain or "the SIP domain of the trunk's page",
        ADDRESSES: "those of the trunk's page, What to enter at the carrier",
    }
    return {
        "carrier": carrier,
        "name": name_of(carrier),
        "there": [_filled(step, words) for step in guide.there],
        "here": guide.here,
        "note": preset.note if preset else "",
        "sources": (*guide.sources, *(preset.sources if preset else ())),
    }


def _filled(step: str, words: dict[str, str]) -> str:
    for mark, text in words.items():
        step = step.replace(mark, text)
    return step
