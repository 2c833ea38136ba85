"""Report unexpected errors to Sentry or a compatible server, if configured.

A report has the error, its code location and the request path; no bodies, headers, queries or variables, since
those contain secrets and phone numbers.
"""

import sentry_sdk
from django.core.exceptions import ImproperlyConfigured
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import BadDsn, Dsn


def start(dsn: str) -> None:
    """Report errors of this process to the server of the DSN. Raise `ImproperlyConfigured`."""
    try:
        Dsn(dsn)
    except BadDsn:
        raise ImproperlyConfigured("SENTRY_DSN is not a DSN such as https://key@sentry.example.com/1.") from None
    sentry_sdk.init(
        dsn,
        integrations=[DjangoIntegration(), CeleryIntegration()],
        auto_enabling_integrations=False,
        auto_session_tracking=False,
        before_send=_without_query,
        include_local_variables=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        propagate_traces=False,
        send_default_pii=False,
        trace_propagation_targets=[],  # no tracing headers to customers' servers
    )


def _without_query(event: Event, hint: Hint) -> Event:
    request = event.get("request", {})
    for name in ("query_string", "headers", "env"):
        request.pop(name, None)
    return event
