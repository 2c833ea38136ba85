"""Celery is set up for tasks that take ids and may run twice."""

from voxa.celery import app


def test_a_task_is_acknowledged_late_bounded_and_leaves_no_result() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.task_ignore_result
    assert app.conf.result_backend is None
    assert 0 < app.conf.task_soft_time_limit < app.conf.task_time_limit
    assert app.conf.accept_content == ["json"]


def test_every_scheduled_task_exists_and_piles_up_nowhere() -> None:
    app.loader.import_default_modules()
    assert app.conf.beat_schedule
    for name, entry in app.conf.beat_schedule.items():
        assert entry["task"] in app.tasks, name
        assert entry["options"]["expires"] <= entry["schedule"], name


def test_a_worker_starts_without_warnings_of_old_names() -> None:
    assert not app.conf.deprecated_settings
