"""A queue that nobody took from for a minute is an alarm: in the doctor, on the operator's first page, in /readyz."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from telephony.doctor import queues as queues_check
from telephony.models import LiveKitProject, SeenQueue
from telephony.tasks import note_queue
from tests.doctor.asking import found
from voxa.celery import app
from voxa.core import queues

pytestmark = pytest.mark.django_db
OLD = timedelta(minutes=5)


@pytest.fixture
def seen() -> None:
    LiveKitProject.default()
    LiveKitProject.objects.update(created_at=timezone.now() - timedelta(hours=1))
    for name in queues.ALL:
        note_queue(name)


def unseen(name: str) -> None:
    SeenQueue.objects.filter(pk=name).update(seen_at=timezone.now() - OLD)


def test_all_is_well_where_each_was_seen(seen: None) -> None:
    assert found(queues_check.look) == {}


@pytest.mark.parametrize("name", queues.ALL)
def test_one_that_nobody_takes_from_is_named_with_the_command(seen: None, name: str) -> None:
    unseen(name)
    finding = found(queues_check.look)["processes.queue_unseen"]
    assert f"the queue {name} for 5 min" in finding.what
    assert f"-Q {name}" in finding.remedy


def test_one_never_seen_is_told_once_the_installation_is_not_new(seen: None) -> None:
    SeenQueue.objects.filter(pk=queues.EXTERNAL).delete()
    assert "since Voxa was installed" in found(queues_check.look)["processes.queue_unseen"].what
    LiveKitProject.objects.update(created_at=timezone.now())
    assert found(queues_check.look) == {}


def test_the_operators_first_page_tells_it_and_a_customers_does_not(
    seen: None, client: Client, acme_owner: User
) -> None:
    unseen(queues.URGENT)
    client.force_login(acme_owner)
    assert "the queue urgent" not in client.get(reverse("admin:index")).text
    client.force_login(User.objects.create_superuser("root@voxa.example", "a long password"))
    assert "the queue urgent" in client.get(reverse("admin:index")).text


@pytest.mark.django_db(transaction=True)
def test_readyz_shows_it_and_stays_ready(seen: None, client: Client) -> None:
    unseen(queues.EXTERNAL)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["workers"]["external"]) == (200, "not seen")


def test_beat_asks_each_queue_by_that_queue() -> None:
    asked = {name: entry for name, entry in app.conf.beat_schedule.items() if entry["task"].endswith("note_queue")}
    assert {entry["options"]["queue"]: entry["args"] for entry in asked.values()} == {q: [q] for q in queues.ALL}


def test_a_name_that_is_no_queue_is_not_kept() -> None:
    note_queue("celery")
    assert not SeenQueue.objects.exists()
