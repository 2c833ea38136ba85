"""The page that shows a new secret once."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin


def show_once(
    page: ModelAdmin, request: HttpRequest, template: str, title: str, row: Model, text: str, **more: Any
) -> HttpResponse:
    """Render a row's secret directly: a redirect would store it in a session or message.

    `back` in `more` is the link for when the secret is stored; the default is the row.
    """
    name = f"admin:{page.opts.app_label}_{page.opts.model_name}_change"
    context = {
        **page.admin_site.each_context(request),
        "title": title,
        "row": row,
        "text": text,
        "opts": page.opts,
        "back": reverse(name, args=[row.pk]),
        **more,
    }
    return TemplateResponse(request, template, context, headers={"Cache-Control": "no-store"})
