"""Format log lines. Exceptions have type, message and frames; local variables may contain secrets."""

from typing import Any

import structlog
from structlog.processors import ExceptionRenderer, JSONRenderer
from structlog.stdlib import ProcessorFormatter
from structlog.tracebacks import ExceptionDictTransformer


def renderers(log_format: str) -> list[Any]:
    """Return the renderer of log lines for `LOG_FORMAT`: one JSON object for collectors, or text for people."""
    if log_format == "json":
        frames = ExceptionDictTransformer(show_locals=False)
        return [ProcessorFormatter.remove_processors_meta, ExceptionRenderer(frames), JSONRenderer()]
    console = structlog.dev.ConsoleRenderer(
        colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
    )
    return [ProcessorFormatter.remove_processors_meta, console]
