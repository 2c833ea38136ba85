"""Every task builds on one base: bounded in time, sent on commit, once a transaction."""

from typing import Any

import pytest
from django.db import transaction
from django.utils.module_loading import import_string

from calls.tasks import close_call, purge_calls, watch_project
from tests.frame.test_queues import own_tasks
from voxa.celery import app
from voxa.core.tasks import BaseTask


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would be sent, with the options of each message."""
    messages: list[dict[str, Any]] = []

    def send_task(name: str, args: Any, kwargs: Any, **options: Any) -> None:
        messages.append({"name": name, "args": tuple(args), **options})

    monkeypatch.setitem(app.conf, "task_always_eager", False)
    monkeypatch.setattr(app, "send_task", send_task)
    return messages


@pytest.mark.parametrize("name", own_tasks())
def test_every_task_has_the_base_and_limits(name: str) -> None:
    task = app.tasks[name]
    assert isinstance(task, BaseTask)
    assert 0 < task.soft_time_limit < task.time_limit
    assert task.time_limit < 600  # the broker delivers again what takes longer


@pytest.mark.parametrize("name", own_tasks())
def test_every_task_is_found_by_its_name_and_lives_beside_its_service(name: str) -> None:
    found = import_string(name)
    assert found.name == name
    assert found.__module__.count(".") >= 2


def test_limits_are_stated_in_the_message(sent: list[dict[str, Any]]) -> None:
    assert purge_calls.send()
    assert watch_project.send("1")
    assert [(one["soft_time_limit"], one["time_limit"]) for one in sent] == [(500, 540), (60, 90)]
    assert sent[1]["expires"] == 5


@pytest.mark.django_db(transaction=True)
def test_a_task_is_sent_on_commit_once(sent: list[dict[str, Any]]) -> None:
    with transaction.atomic():
        for call_id in ("1", "1", "2"):
            close_call.delay_on_commit(call_id)
        assert sent == []
    assert [one["args"] for one in sent] == [("1",), ("2",)]
