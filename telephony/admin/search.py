"""Results of the command palette: pages, and a few rows of each kind in the user's workspaces.

unfold's own view caches results for five minutes, so names would outlive a membership.
"""

import time

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.dataclasses import SearchResult

from accounts.models import Workspace
from telephony.models import Agent, PhoneNumber, Trunk

EACH = 8
KINDS: list[tuple[type[Model], str, str]] = [
    (Trunk, "Trunk", "lan"),
    (PhoneNumber, "Number", "dialpad"),
    (Agent, "Agent", "support_agent"),
    (Workspace, "Workspace", "apartment"),
]


def search(request: HttpRequest) -> HttpResponse:
    """Answer the palette and the navigation search, which covers pages only."""
    started, term = time.monotonic(), request.GET.get("s", "").strip().lower()
    if not term:
        return HttpResponse()
    whole = "extended" in request.GET
    found = find_pages(request, term) + (find(request, term) if whole else [])
    pages = Paginator(found, max(len(found), 1))
    context = {
        "page_obj": pages,
        "results": pages.page(1),
        "page_counter": 0,
        "execution_time": time.monotonic() - started,
        "command_show_history": False,
    }
    template = "unfold/helpers/command_results.html" if whole else "unfold/helpers/search_results.html"
    return TemplateResponse(request, template, context, headers={"HX-Trigger": "search"})


def find_pages(request: HttpRequest, term: str) -> list[SearchResult]:
    """Return the lists whose name contains the term."""
    return [
        SearchResult(title=str(model["name"]), description=app["name"], link=model["admin_url"], icon="tag")
        for app in admin.site.get_app_list(request)
        for model in app["models"]
        if model["admin_url"] and term in str(model["name"]).lower()
    ]


def find(request: HttpRequest, term: str) -> list[SearchResult]:
    """Return matching rows, using the search and permissions of each list."""
    results = []
    for model, kind, icon in KINDS:
        page = admin.site.get_model_admin(model)
        rows, _ = page.get_search_results(request, page.get_queryset(request), term)
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        for row in rows[:EACH]:
            results.append(SearchResult(title=str(row), description=kind, link=reverse(name, args=[row.pk]), icon=icon))
    return results
