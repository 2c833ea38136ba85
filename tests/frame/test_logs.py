"""Exceptions in the log: type, message and frames, no local variables, in each process and format."""

import json
import logging
import os
import subprocess
import sys
from typing import Any

import pytest
import structlog
from billiard.einfo import ExceptionInfo
from django.conf import settings as project
from structlog.stdlib import ProcessorFormatter

from voxa.logs import renderers

SECRET = "hunter2-of-the-carrier"


def fail() -> None:
    """Fail with a secret among the variables of two frames."""
    password = SECRET
    try:
        int("no number" + password[:0])
    except ValueError as error:
        raise RuntimeError("the carrier hung up") from error


def line(log_format: str, **more: Any) -> str:
    """Return what the log says of the failure."""
    record = logging.LogRecord("calls.dialer.dispatcher", logging.ERROR, __file__, 1, "It %s.", ("broke",), None)
    record.exc_info = more.get("exc_info") or _exc_info()
    return ProcessorFormatter(processors=renderers(log_format)).format(record)


def _exc_info() -> Any:
    try:
        fail()
    except RuntimeError:
        return sys.exc_info()


def test_json_has_the_exception_with_its_cause_and_frames() -> None:
    told = json.loads(line("json"))
    assert told["event"] == "It broke."
    assert [(part["exc_type"], part["exc_value"]) for part in told["exception"]] == [
        ("RuntimeError", "the carrier hung up"),
        ("ValueError", "invalid literal for int() with base 10: 'no number'"),
    ]
    frame = told["exception"][0]["frames"][-1]
    assert (frame["name"], frame["filename"]) == ("fail", __file__)
    assert isinstance(frame["lineno"], int)


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_local_variable_is_told(log_format: str) -> None:
    told = line(log_format)
    assert "the carrier hung up" in told
    assert SECRET not in told
    assert "<traceback object" not in told


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_the_exception_of_a_pool_process_is_told_too(log_format: str) -> None:
    """A prefork worker gets its children's exceptions with a traceback that is none of Python's own."""
    try:
        fail()
    except RuntimeError:
        info = ExceptionInfo()
    told = line(log_format, exc_info=(info.type, info.exception, info.tb))
    assert "the carrier hung up" in told
    assert "fail" in told
    assert SECRET not in told


def test_json_is_one_line_also_with_an_exception_of_many() -> None:
    assert "\n" not in line("json")


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_structlogs_own_loggers_tell_it_the_same_way(log_format: str) -> None:
    told = _program(log_format, "import structlog; log = structlog.get_logger('voxa')", "log.exception('It broke.')")
    assert _told(told)


PROGRAMS = {
    "a command": ("import logging; log = logging.getLogger('calls.dialer.dispatcher')", "log.exception('It broke.')"),
    "a worker": (
        "from voxa.celery import app; app.log.setup(); log = app.log.get_default_logger()",
        "log.exception('x')",
    ),
    "a warning": ("import logging; log = logging.getLogger('x')", "log.warning('It broke.', exc_info=True)"),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_process_tells_it_as_json(program: str) -> None:
    told = _program("json", *PROGRAMS[program])
    assert _told(told)
    assert [json.loads(text)["exception"][0]["exc_type"] for text in told.splitlines()] == ["RuntimeError"]


def _told(text: str) -> bool:
    return "the carrier hung up" in text and SECRET not in text and "<traceback object" not in text


def _program(log_format: str, start: str, on_failure: str) -> str:
    """Run a program of Voxa's whose work fails; return what it wrote to its log."""
    code = f"import django; django.setup(); from tests.frame.test_logs import fail\n{start}\n"
    code += f"try:\n    fail()\nexcept RuntimeError:\n    {on_failure}\n"
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "voxa.settings",
        "VOXA_READ_DOTENV": "0",
        "SECRET_KEY": "for this test alone",
        "FERNET_KEYS": "for this test alone",
        "DATABASE_URL": "sqlite://:memory:",
        "CELERY_BROKER_URL": "memory://",
        "LOG_FORMAT": log_format,
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=project.BASE_DIR, capture_output=True, text=True, check=True
    )
    return done.stderr


def test_the_settings_format_exceptions_only_at_the_end() -> None:
    assert structlog.processors.format_exc_info not in structlog.get_config()["processors"]
