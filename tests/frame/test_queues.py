"""Each task has a queue on purpose, and whatever waits on a customer's address stands in the one for that."""

import pytest

from tests.frame.reach import reaches
from voxa.celery import app
from voxa.core import queues

OUTWARD = {
    "voxa.core.http.outbound.send",
    "voxa.core.safe_http.send",
    "telephony.sync.dns.look_up_all",
    "telephony.health.ask_gateway",
    "voxa.core.mail.send",  # the operator's server, which may be as slow
}


def own_tasks() -> list[str]:
    app.loader.import_default_modules()
    return sorted(name for name in app.tasks if not name.startswith("celery."))


def test_every_task_has_a_queue_on_purpose() -> None:
    assert sorted(queues.ROUTES) == own_tasks()
    assert {route["queue"] for route in queues.ROUTES.values()} == set(queues.ALL)


def test_every_queue_is_read_and_none_is_made_by_accident() -> None:
    assert set(app.amqp.queues) == set(queues.ALL)
    assert not app.conf.task_create_missing_queues


@pytest.mark.parametrize("task", own_tasks())
def test_a_task_goes_into_its_queue(task: str) -> None:
    assert app.amqp.router.route({}, task)["queue"].name == queues.ROUTES[task]["queue"]


# A sync looks up the names of gateways, within 2 s in all; a sweep or a reconcile those of a page of trunks.
LOOKS_UP_NAMES = {
    f"telephony.tasks.{name}" for name in ("sync_trunk", "sync_endpoint", "sweep_trunks", "reconcile_project")
}

# It runs what the apps have registered, as the checks of gateways, which no reader of its code sees.
REGISTERED = {"telephony.tasks.run_health_check"}


@pytest.mark.parametrize("task", own_tasks())
def test_what_waits_on_customers_addresses_is_in_the_external_queue(task: str) -> None:
    found = reaches(task) & OUTWARD
    if task in LOOKS_UP_NAMES:
        found -= {"telephony.sync.dns.look_up_all"}
    assert (bool(found) or task in REGISTERED) == (queues.ROUTES[task]["queue"] == queues.EXTERNAL), found


def test_nothing_urgent_waits_for_what_a_customer_chose() -> None:
    urgent = {task for task, route in queues.ROUTES.items() if route["queue"] == queues.URGENT}
    assert {"calls.tasks.close_call", "calls.tasks.close_left_over", "telephony.tasks.sync_trunk"} <= urgent
