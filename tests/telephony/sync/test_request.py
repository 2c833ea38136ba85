"""Asking for a sync: once a transaction, after the commit, and never in the way of the save."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from telephony import tasks
from telephony.choices import TrunkStatus
from telephony.models import LiveKitProject, PhoneNumber, Trunk
from telephony.sync.apply import sync_trunk
from telephony.sync.request import request_sync, wait_for_sync
from tests.telephony.sync.conftest import MakeTrunk
from tests.telephony.sync.fake import FakeLiveKit
from voxa.core.waiting import WAITS

NUMBER = "+15550100000"
Capture = Callable[..., Any]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The trunks that were handed to the workers."""
    ids: list[str] = []
    monkeypatch.setattr(tasks.sync_trunk, "apply_async", lambda args, **how: ids.append(args[0]))
    return ids


@pytest.fixture
def trunk(make_trunk: MakeTrunk) -> Trunk:
    return make_trunk([NUMBER])


def test_many_changes_of_one_transaction_ask_once(
    make_trunk: MakeTrunk, sent: list[str], django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        trunk = make_trunk([NUMBER, "+15550100001"], ["192.0.2.1", "192.0.2.2"])
    assert sent == [str(trunk.pk)]


def test_a_change_raises_the_generation_and_makes_the_trunk_pending(trunk: Trunk) -> None:
    sync_trunk(trunk.pk)
    request_sync(trunk.pk)
    trunk.refresh_from_db()
    assert trunk.generation == trunk.synced_generation + 1
    assert trunk.status == TrunkStatus.PENDING


def test_what_a_savepoint_took_back_does_not_count(
    trunk: Trunk, sent: list[str], django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        with suppress(ZeroDivisionError), transaction.atomic():
            request_sync(trunk.pk)
            raise ZeroDivisionError
        request_sync(trunk.pk)
        request_sync(trunk.pk)
    assert sent == [str(trunk.pk)]


def test_saving_syncs_once_committed(make_trunk: MakeTrunk, django_capture_on_commit_callbacks: Capture) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        trunk = make_trunk([NUMBER])
    trunk.refresh_from_db()
    assert trunk.status == TrunkStatus.ACTIVE


def test_a_moved_number_syncs_both_trunks(
    trunk: Trunk, make_trunk: MakeTrunk, sent: list[str], django_capture_on_commit_callbacks: Capture
) -> None:
    other = make_trunk()
    row = PhoneNumber.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        row.trunk = other
        row.save()
    assert sent == [str(trunk.pk), str(other.pk)]


def test_a_label_or_an_agent_means_nothing_to_livekit(
    trunk: Trunk, django_capture_on_commit_callbacks: Capture
) -> None:
    row = PhoneNumber.objects.get()
    with django_capture_on_commit_callbacks() as callbacks:
        row.label = "Front desk"
        row.save()
    assert callbacks == []


def test_a_broker_that_is_away_does_not_fail_the_save(
    make_trunk: MakeTrunk, django_capture_on_commit_callbacks: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.sync_trunk, "apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        trunk = make_trunk([NUMBER])
    assert Trunk.objects.get(pk=trunk.pk).status == TrunkStatus.PENDING


def test_a_stale_copy_saved_late_does_not_undo_a_sync(trunk: Trunk) -> None:
    stale = Trunk.objects.get(pk=trunk.pk)
    sync_trunk(trunk.pk)
    stale.name = "Renamed"
    stale.save()
    trunk.refresh_from_db()
    assert trunk.synced_generation == trunk.generation - 1
    assert (trunk.name, trunk.status, trunk.lease_token) == ("Renamed", TrunkStatus.PENDING, None)


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of waits that were not over at once."""
    taken: list[float] = []

    def wait(is_done: Callable[[], bool], seconds: float) -> bool:
        taken.extend([] if is_done() else [seconds])
        return True

    monkeypatch.setattr(WAITS, "wait", wait)
    return taken


def test_waiting_ends_with_the_sync(trunk: Trunk, naps: list[float]) -> None:
    sync_trunk(trunk.pk)
    wait_for_sync(trunk.pk, 5)
    assert naps == []


def test_waiting_ends_with_a_failed_try(trunk: Trunk, livekit: FakeLiveKit, naps: list[float]) -> None:
    livekit.away = True
    sync_trunk(trunk.pk)
    wait_for_sync(trunk.pk, 5)
    assert naps == []


def test_nobody_waits_for_a_livekit_that_did_not_answer_last(
    trunk: Trunk, project: LiveKitProject, naps: list[float]
) -> None:
    LiveKitProject.objects.update(last_failed_at=project.created_at)
    wait_for_sync(trunk.pk, 5)
    assert naps == []


def test_nobody_waits_without_settings_or_seconds(trunk: Trunk, settings: Any, naps: list[float]) -> None:
    wait_for_sync(trunk.pk, 0)
    settings.LIVEKIT_API_KEY = ""
    wait_for_sync(trunk.pk, 5)
    assert naps == []
