"""Unexpected errors told to Sentry, or a server that speaks its protocol, where the operator names one.

A report holds the error, where in the code it was and the request's path; no bodies, headers, queries or variables, for
those hold secrets and people's numbers.
"""

import sentry_sdk
from django.core.exceptions import ImproperlyConfigured
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import BadDsn, Dsn


def start(dsn: str) -> None:
    """Report errors of this process to the server that the DSN names. Raises ImproperlyConfigured."""
    try:
        Dsn(dsn)
    except BadDsn:
        raise ImproperlyConfigured("SENTRY_DSN is no DSN such as https://key@sentry.example.com/1.") from None
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
        trace_propagation_targets=[],  # customers' servers need not know of it
    )


def _without_query(event: Event, hint: Hint) -> Event:
    request = event.get("request", {})
    for name in ("query_string", "headers", "env"):
        request.pop(name, None)
    return event
