"""`/healthz`: the process responds. `/readyz`: it can work. `/metrics`: for Prometheus."""

import dataclasses
import ipaddress
from typing import Any, ClassVar

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from health_check.base import HealthCheck
from health_check.checks import Database
from health_check.exceptions import ServiceUnavailable
from health_check.views import HealthCheckView
from kombu.exceptions import OperationalError

from telephony.models import LiveKitProject
from telephony.services.queues import unseen_queues
from voxa.celery import app
from voxa.core import queues
from voxa.core.api.fallbacks import problem
from voxa.variables import is_https

NEEDS_TOKEN = "Send Authorization: Bearer with METRICS_TOKEN, a setting of Voxa. It is required here."  # noqa: S105
PROBED = ("/healthz", "/readyz", "/metrics")


class CommonExceptProbes(CommonMiddleware):
    """Django's middleware, without the host check for probes, which use unlisted addresses."""

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:  # type: ignore[override]
        return None if request.path in PROBED else super().process_request(request)


@dataclasses.dataclass
class Broker(HealthCheck):  # type: ignore[misc]
    """Checks that tasks can be sent, to Redis or the embedded broker."""

    def run(self) -> None:
        try:
            with app.connection_for_write() as connection:
                connection.ensure_connection(max_retries=1, timeout=2)
        except (OperationalError, OSError) as error:
            raise ServiceUnavailable("not reachable") from error


@dataclasses.dataclass
class Migrations(HealthCheck):  # type: ignore[misc]
    """Checks that all migrations are applied. Success is cached."""

    applied: ClassVar[bool] = False

    def run(self) -> None:
        if not Migrations.applied:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                raise ServiceUnavailable("not applied")
            Migrations.applied = True


FAULTS = {"migrations": "not applied: run manage.py migrate"}  # the others: not reachable


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Respond that the process is alive, without dependencies."""
    return JsonResponse({"status": "ok"})


class ReadyView(HealthCheckView):  # type: ignore[misc]
    """503 while the database is unreachable or not migrated, or the broker is unreachable. LiveKit and the workers
    of each queue are for information: work is queued."""

    checks = (Database, Migrations, Broker)
    http_method_names = ["get", "head"]

    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        results = [await check.get_result() for check in self.get_checks()]
        failed = {type(result.check).__name__.lower(): bool(result.error) for result in results}
        checks = {name: FAULTS.get(name, "not reachable") if bad else "ok" for name, bad in failed.items()}
        ready = not any(result.error for result in results)
        livekit = await sync_to_async(livekit_state)() if ready else "unknown"
        workers = await sync_to_async(worker_states)() if ready else {}
        body = {
            "status": "ready" if ready else "not ready",
            "checks": checks,
            "livekit": livekit,
            "workers": workers,
        }
        return JsonResponse(body, status=200 if ready else 503)


def worker_states() -> dict[str, str]:
    """Return for each queue whether a worker consumed it within the last minute."""
    try:
        unseen = unseen_queues()
    except DatabaseError:
        return {}
    return {name: "not seen" if name in unseen else "ok" for name in queues.ALL}


def livekit_state() -> str:
    """Return the result of the last request to the default LiveKit server."""
    try:
        project = LiveKitProject.objects.filter(is_default=True).first()
    except DatabaseError:
        return "unknown"
    if project is None or not project.is_configured:
        return "not configured"
    return "ok" if project.was_reachable else "not reachable"


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Require `METRICS_TOKEN`; without it allow this machine only, and only without https."""
    if not (_has_token(request) or _is_local(request)):
        return problem("permission_denied", NEEDS_TOKEN, 403)
    return ExportToDjangoView(request)  # type: ignore[no-any-return]


def _has_token(request: HttpRequest) -> bool:
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    token = settings.METRICS_TOKEN
    return bool(token) and scheme.lower() == "bearer" and constant_time_compare(shown.strip(), token)


def _is_local(request: HttpRequest) -> bool:
    """Return whether the request certainly came from this machine.

    With https there is a proxy, whose headers are unknown: their absence proves nothing. Without
    https, a request with any of them was forwarded.
    """
    if settings.PUBLIC_IS_HTTPS or is_https(settings.API_PUBLIC_URL) or any(map(_names_a_proxy, request.headers)):
        return False
    peer = ipaddress.ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104
    return (getattr(peer, "ipv4_mapped", None) or peer).is_loopback


def _names_a_proxy(header: str) -> bool:
    return header.lower().startswith(("x-forwarded", "x-real-", "x-client-", "forwarded", "via"))
