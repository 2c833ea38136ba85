"""Settings of the libraries: REST framework, schema, Celery, logs, admin."""

import logging
from pathlib import Path
from typing import Any

import structlog

from voxa.core import queues
from voxa.logs import renderers
from voxa.variables import env

_VAR = Path(__file__).resolve().parent.parent / "var"

# --- REST ------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "DEFAULT_RENDERER_CLASSES": ["voxa.core.api.rendering.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": None,
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "voxa.core.api.errors.ProblemHandler",
    "EXCEPTION_FORMATTER_CLASS": "voxa.core.api.errors.ProblemFormatter",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,  # the debug page would show secrets of the request
}
API_RATE_LIMIT = env.int("API_RATE_LIMIT", default=60_000)  # requests a minute and key; 0: no limit
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # empty: /metrics answers this machine only
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Voxa",
    "DESCRIPTION": (Path(__file__).parent / "core" / "api" / "description.md").read_text("utf-8"),
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/v1",
    "GET_LIB_DOC_EXCLUDES": "accounts.api.views.undescribed_classes",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "voxa.core.api.schema.refuse_unknown_fields",
    ],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "TestStatusEnum": "calls.models.TestStatus",
        "AgentDirectionEnum": "telephony.choices.AgentDirection",
        "CallDirectionEnum": "calls.choices.Direction",
        "CallStatusEnum": "calls.choices.CallStatus",
        "TransferModeEnum": "calls.choices.TransferMode",
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": True, "displayRequestDuration": True},
}

# --- Celery: tasks take ids, may run twice and in any order, and bound their own time --------------------
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = queues.SOFT_LIMIT, queues.HARD_LIMIT
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker as long as it takes
CELERY_TASK_PUBLISH_RETRY = False  # a lost message costs a minute: the sweep finds it
CELERY_TASK_QUEUES = queues.QUEUES
CELERY_TASK_DEFAULT_QUEUE = CELERY_TASK_DEFAULT_EXCHANGE = CELERY_TASK_DEFAULT_ROUTING_KEY = queues.ORDINARY
CELERY_TASK_ROUTES = queues.ROUTES
CELERY_TASK_CREATE_MISSING_QUEUES = False  # a queue that no worker reads is a mistake
if (env.str("CELERY_BROKER_URL", default="") or "filesystem:").startswith("filesystem:"):
    _queue = str(_VAR / "broker")
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": _queue,
        "data_folder_out": _queue,
        "control_folder": str(_VAR / "broker-control"),
        "polling_interval": 0.1,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 600,  # seconds; above the longest task, or it is delivered twice
        # Who publishes is a person's request: a broker that is away or silent costs it a few seconds at most.
        "socket_connect_timeout": 1,
        "socket_timeout": 3,  # above the second that a worker's blocking read lasts
        "max_retries": 0,
        "interval_start": 0,
    }
CELERY_BEAT_SCHEDULE_FILENAME = str(_VAR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    # Every 5 s, for the first retry is due after 5 s; a sweep that no worker took by then is dropped.
    "sweep-webhooks": {"task": "accounts.tasks.sweep_webhooks", "schedule": 5.0, "options": {"expires": 5}},
    "purge-webhooks": {"task": "accounts.tasks.purge_webhooks", "schedule": 86400.0, "options": {"expires": 3600}},
    "purge-idempotency-records": {
        "task": "accounts.tasks.purge_idempotency_records",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "watch-calls": {"task": "calls.tasks.watch_calls", "schedule": 5.0, "options": {"expires": 5}},
    "ingest-events": {"task": "calls.tasks.ingest_events", "schedule": 5.0, "options": {"expires": 5}},
    "purge-calls": {"task": "calls.tasks.purge_calls", "schedule": 86400.0, "options": {"expires": 3600}},
    "tell-late-reports": {"task": "calls.tasks.tell_late_reports", "schedule": 15.0, "options": {"expires": 15}},
    "sweep-analyses": {"task": "calls.tasks.sweep_analyses", "schedule": 5.0, "options": {"expires": 5}},
    "note-trunk-calls": {"task": "calls.tasks.note_trunk_calls", "schedule": 15.0, "options": {"expires": 15}},
    "end-overdue-tests": {"task": "calls.tasks.end_overdue_tests", "schedule": 60.0, "options": {"expires": 55}},
    "evaluate-alerts": {"task": "calls.tasks.evaluate_alerts", "schedule": 60.0, "options": {"expires": 55}},
    "look-after-recordings": {
        "task": "calls.tasks.look_after_recordings",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    # Seen in each queue: what no worker took for a minute is an alarm.
    **{
        f"note-{name}": {
            "task": "telephony.tasks.note_queue",
            "args": [name],
            "schedule": 15.0,
            "options": {"queue": name, "expires": 15},
        }
        for name in queues.ALL
    },
    # A sweep that waited for its whole minute is dropped: the next one is there.
    "sweep-trunks": {"task": "telephony.tasks.sweep_trunks", "schedule": 60.0, "options": {"expires": 55}},
    "sweep-knowledge": {"task": "telephony.tasks.sweep_knowledge", "schedule": 15.0, "options": {"expires": 15}},
    "sweep-mcp-servers": {"task": "telephony.tasks.sweep_mcp_servers", "schedule": 60.0, "options": {"expires": 55}},
    "resolve-domains": {"task": "telephony.tasks.resolve_domains", "schedule": 240.0, "options": {"expires": 200}},
    "check-sip-services": {
        "task": "telephony.tasks.check_sip_services",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "check-providers": {"task": "telephony.tasks.check_providers", "schedule": 60.0, "options": {"expires": 55}},
    "check-health": {"task": "telephony.tasks.check_health", "schedule": 600.0, "options": {"expires": 500}},
    "reconcile-projects": {
        "task": "telephony.tasks.reconcile_projects",
        "schedule": 600.0,
        "options": {"expires": 500},
    },
}

# --- logs ------------------------------------------------------------------------------------------------
_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": renderers(env.str("LOG_FORMAT", default="console")),
            "foreign_pre_chain": _shared,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        # django-structlog has said each refusal already, with its request id.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Two lines for each task, every few seconds; what fails is said all the same.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "django_structlog.celery": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_shared,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# The library's defaults: each request asks for them, and Django takes long to find that a setting is missing.
DJANGO_STRUCTLOG_STATUS_DEFAULT_LOG_LEVEL = DJANGO_STRUCTLOG_STATUS_2XX_LOG_LEVEL = logging.INFO
DJANGO_STRUCTLOG_USER_ID_FIELD = "pk"
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # made sane by voxa.core.api.middleware
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG  # the line at the end says it all
