"""What the command palette finds: a few rows of each kind, in one's own workspaces."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
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


def find(request: HttpRequest, term: str) -> list[SearchResult]:
    """Give what fits a word, through the search and the limits of each kind's own list."""
    results = []
    for model, kind, icon in KINDS:
        page = admin.site.get_model_admin(model)
        rows, _ = page.get_search_results(request, page.get_queryset(request), term)
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        for row in rows[:EACH]:
            results.append(SearchResult(title=str(row), description=kind, link=reverse(name, args=[row.pk]), icon=icon))
    return results
