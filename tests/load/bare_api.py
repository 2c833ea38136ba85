"""A server of bare views, one for each request of the benchmark: `gunicorn tests.load.bare_api`.

A reading view sends one statement, whose row is its answer. A writing view sends the INSERTs, UPDATEs and DELETEs that
Voxa's own answer sent, each table's once, and what the answer shows of other rows. None authenticates or checks.
"""

import json
import os
import pickle
import uuid
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from tests.load.replay import Statement, as_uuid

PLAN = "VOXA_BENCH_PLAN"


@dataclass
class Plan:
    """What one view sends. `known` are the ids that it does not make anew; `sent` is the recorded body."""

    reads: list[Statement] = field(default_factory=list)
    writes: list[Statement] = field(default_factory=list)
    sent: dict[str, Any] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    makes: bool = False  # the rows that the next deletion takes
    takes: bool = False


made: deque[dict[str, str]] = deque()


def view_of(plan: Plan) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        body = json.loads(request.body or b"{}")
        texts = {str(old): str(body[name]) for name, old in plan.sent.items() if isinstance(old, str) and name in body}
        swapped = made.popleft() if plan.takes else {}
        with connection.cursor() as cursor:
            if plan.writes:
                with transaction.atomic():
                    for sql, params in plan.writes:
                        cursor.execute(sql, renewed(params, plan, texts, swapped))
            if plan.makes:
                made.append(swapped)
            for sql, params in plan.reads:
                cursor.execute(sql, params)
                return HttpResponse(cursor.fetchone()[0], content_type="application/json")
        return JsonResponse({"ids": list(swapped.values())})

    return view


def renewed(value: Any, plan: Plan, texts: dict[str, str], swapped: dict[str, str]) -> Any:
    """Return parameters with this request's texts, and with new ids for the rows that the recorded one made."""
    if isinstance(value, list | tuple):
        return [renewed(one, plan, texts, swapped) for one in value]
    if isinstance(value, str) and value in texts:
        return texts[value]
    old = as_uuid(value)
    if old is None or old.hex in plan.known:
        return value
    fresh = swapped.get(old.hex) if plan.takes else swapped.setdefault(old.hex, uuid.uuid4().hex)
    return type(value)(fresh) if fresh else value


def application() -> WSGIHandler:
    """Return the server's application, with no middleware."""
    plans: dict[str, Plan] = pickle.loads(Path(os.environ[PLAN]).read_bytes())
    django.setup()
    settings.MIDDLEWARE = []
    handler = WSGIHandler()
    urls = [path(f"bare/{name.replace(chr(32), chr(45))}", view_of(plan)) for name, plan in plans.items()]
    settings.ROOT_URLCONF = type("Urls", (), {"urlpatterns": urls})
    return handler
