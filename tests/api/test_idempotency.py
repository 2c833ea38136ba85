"""A POST with an Idempotency-Key takes effect once, however often it is sent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import IdempotencyRecord, Workspace
from accounts.services import idempotency
from accounts.tasks import purge_idempotency_records
from telephony.models import Agent
from tests.api import probe
from tests.api.test_errors import error, fields
from tests.conftest import ApiFor

pytestmark = pytest.mark.urls("tests.api.probe")


def post(api: APIClient, name: str, key: str = "k1") -> Any:
    return api.post("/v1/probes", {"name": name}, headers={"Idempotency-Key": key})


def test_a_repeat_gives_the_first_answer_and_does_nothing(api: APIClient) -> None:
    first, again = post(api, "a"), post(api, "a")
    assert (again.status_code, again.json()) == (201, first.json())
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Agent.objects.count() == 1


def test_another_key_is_another_request(api: APIClient) -> None:
    assert post(api, "a", "k1").json() != post(api, "a", "k2").json()


def test_the_order_of_names_and_the_spacing_do_not_matter(api: APIClient) -> None:
    for body in ('{"name":"a","active":true}', '{"active": true, "name": "a"}'):
        answer = api.post("/v1/probes", body, content_type="application/json", headers={"Idempotency-Key": "k"})
        assert answer.status_code == 201
    assert Agent.objects.count() == 1


def test_the_same_key_for_another_body_is_422(api: APIClient) -> None:
    post(api, "a")
    assert error(post(api, "b"), 422)["code"] == "idempotency_key_reused"


def test_the_same_key_in_another_workspace_is_another_key(api: APIClient, outsider_api: APIClient) -> None:
    assert post(api, "a").json()["id"] != post(outsider_api, "a").json()["id"]


def test_what_was_refused_can_be_corrected_and_sent_with_the_same_key(api: APIClient) -> None:
    assert fields(post(api, "")) == {"name": "blank"}
    assert post(api, "a").status_code == 201


def test_an_answer_of_5xx_is_not_kept(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert post(api, "bug").status_code == 500
    monkeypatch.setattr(probe, "_react", lambda name: None)
    assert post(api, "bug").status_code == 201


def test_what_never_reached_the_view_is_not_kept(acme: Workspace, api: APIClient, api_for: ApiFor) -> None:
    assert post(api_for(acme, "agents:read"), "a").status_code == 403
    assert fields(api.post("/v1/probes", [], headers={"Idempotency-Key": "k2"})) == {None: "invalid"}
    assert post(api, "a").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "k" * 256])
def test_a_strange_key_is_400(api: APIClient, key: str) -> None:
    assert fields(post(api, "a", key)) == {"Idempotency-Key": "invalid"}
    assert not Agent.objects.exists()


def test_kept_answers_are_encrypted_and_gone_after_a_day(api: APIClient, time_machine: Any) -> None:
    post(api, "confidential")
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM accounts_idempotencyrecord")
        assert "confidential" not in str(bytes(cursor.fetchone()[0]))
    time_machine.move_to(timezone.now() + timedelta(hours=23, minutes=59))
    purge_idempotency_records.delay()
    assert IdempotencyRecord.objects.count() == 1
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    purge_idempotency_records.delay()
    assert not IdempotencyRecord.objects.exists()


def test_a_key_past_its_day_is_free_before_it_is_purged(api: APIClient, time_machine: Any) -> None:
    post(api, "a")
    time_machine.move_to(timezone.now() + timedelta(hours=25))
    assert post(api, "b").status_code == 201


def test_a_request_that_was_cut_off_is_not_repeated_blindly(api: APIClient, acme: Workspace, time_machine: Any) -> None:
    post(api, "a")
    IdempotencyRecord.objects.update(status=None, answer=None)  # as after a SIGKILL
    in_progress = post(api, "a")
    assert error(in_progress, 409)["code"] == "idempotency_in_progress"
    assert in_progress.headers["Retry-After"] == "1"
    time_machine.move_to(timezone.now() + idempotency.LONGEST_REQUEST)
    assert error(post(api, "a"), 409)["code"] == "idempotency_outcome_unknown"
    assert Agent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_takes_effect(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    entered, may_end = Event(), Event()

    def hold(name: str) -> None:
        entered.set()
        assert may_end.wait(20)

    def send() -> int:
        try:
            return int(post(api, "a").status_code)
        finally:
            connection.close()

    monkeypatch.setattr(probe, "_react", hold)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(send)
        assert entered.wait(20)
        others = [pool.submit(send) for _ in range(3)]
        assert [other.result() for other in others] == [409, 409, 409]
        may_end.set()
        assert first.result() == 201
    assert Agent.objects.count() == 1


def test_without_the_header_it_costs_no_query(api: APIClient, django_assert_num_queries: Any) -> None:
    api.get("/v1/probes")
    with django_assert_num_queries(3):  # the key, the agent, its history
        assert api.post("/v1/probes", {"name": "a"}).status_code == 201


@pytest.mark.urls("voxa.urls")
def test_a_file_is_taken_once_too(api_for: ApiFor, acme: Workspace) -> None:
    api, file = api_for(acme, Scope.CALLS_WRITE), b"number\n+12025550199\n"

    def send(body: bytes) -> Any:
        headers = {"Idempotency-Key": "file"}
        return api.post("/v1/do-not-call/import", body, content_type="text/csv", headers=headers)

    first, again = send(file), send(file)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert send(b"number\n+12025550142\n").status_code == 422
