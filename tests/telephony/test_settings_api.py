"""`/v1/settings/telephony`."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from telephony.models import TelephonySettings
from tests.conftest import ApiFor

SETTINGS = "/v1/settings/telephony"
DEFAULTS = {
    "allowedCountries": [],
    "allowPremium": False,
    "callsPerSecond": None,
    "maxConcurrentCalls": None,
    "callingHoursStart": None,
    "callingHoursEnd": None,
    "callingDays": [],
    "dailyAttemptsPerCallee": None,
    "maxAttempts": 3,
    "retryDelaySeconds": 300,
    "pricePerMinute": "0.0000",
    "dailySpendLimit": None,
    "agentAbsent": "retry",
    "recordCalls": False,
    "recordingAnnouncement": "",
    "allowSharedTrunk": False,
}


def wrong(answer: Any) -> set[str]:
    assert answer.status_code == 400, answer.content
    return {detail["field"] for detail in answer.json()["error"]["details"]}


def test_a_workspace_begins_with_safe_settings(api: APIClient) -> None:
    assert api.get(SETTINGS).json() == DEFAULTS


def test_what_is_named_changes_and_the_rest_stays(api: APIClient) -> None:
    hours = {"callingHoursStart": "09:00:00", "callingHoursEnd": "18:30:00", "callingDays": [0, 1]}
    changes = {**hours, "allowedCountries": ["DE", "AT"], "callsPerSecond": "2.50", "dailySpendLimit": "10.00"}
    answer = api.patch(SETTINGS, changes)
    assert (answer.status_code, answer.json()) == (200, {**DEFAULTS, **changes})
    assert api.patch(SETTINGS, {"callsPerSecond": None}).json() == {**DEFAULTS, **changes, "callsPerSecond": None}
    assert TelephonySettings.history.count() == 3


def test_nothing_is_recorded_unannounced_or_without_a_storage(api: APIClient, settings: Any) -> None:
    changes = {"recordCalls": True, "recordingAnnouncement": "This call is recorded."}
    assert wrong(api.patch(SETTINGS, changes)) == {"recordCalls"}
    settings.RECORDING_S3_BUCKET = "recordings"
    assert wrong(api.patch(SETTINGS, {"recordCalls": True})) == {"recordingAnnouncement"}
    assert wrong(api.patch(SETTINGS, {"recordCalls": True, "recordingAnnouncement": "  "})) == {"recordingAnnouncement"}
    assert api.patch(SETTINGS, changes).json() == {**DEFAULTS, **changes}


def test_every_wrong_field_is_named_in_one_answer(api: APIClient) -> None:
    body = {
        "allowedCountries": ["XX"],
        "allowPremium": "maybe",
        "callsPerSecond": 0,
        "maxConcurrentCalls": -1,
        "callingHoursStart": "25:00",
        "callingDays": [7],
        "maxAttempts": 21,
        "retryDelaySeconds": 90_000,
        "pricePerMinute": "-1",
        "dailySpendLimit": "much",
        "colour": "red",
    }
    assert wrong(api.patch(SETTINGS, body)) == {*body, "callingDays[0]"} - {"callingDays"}
    assert api.get(SETTINGS).json() == DEFAULTS


def test_calling_hours_need_a_beginning_and_an_end(api: APIClient) -> None:
    assert wrong(api.patch(SETTINGS, {"callingHoursStart": "09:00"})) == {"callingHoursEnd"}


@pytest.mark.parametrize("time", ["09:00Z", "09:00+02:00"])
def test_calling_hours_are_of_the_callees_clock_and_have_no_zone(api: APIClient, time: str) -> None:
    hours = {"callingHoursStart": time, "callingHoursEnd": "20:00"}
    assert wrong(api.patch(SETTINGS, hours)) == {"callingHoursStart"}
    assert api.patch(SETTINGS, {**hours, "callingHoursStart": "09:00"}).json()["callingHoursStart"] == "09:00:00"


def test_the_shared_trunk_is_the_operators_to_allow(api: APIClient) -> None:
    assert wrong(api.patch(SETTINGS, {"allowSharedTrunk": True})) == {"allowSharedTrunk"}
    assert api.patch(SETTINGS, api.get(SETTINGS).json()).status_code == 200


def test_an_outsider_changes_its_own_workspace_alone(api: APIClient, outsider_api: APIClient) -> None:
    outsider_api.patch(SETTINGS, {"maxAttempts": 9})
    assert api.get(SETTINGS).json() == DEFAULTS


@pytest.mark.parametrize("scope", [Scope.AGENTS_READ, Scope.CALLS_READ, Scope.CALLS_WRITE, Scope.AGENTS_WRITE])
def test_only_the_workspaces_admin_may(api_for: ApiFor, acme: Workspace, scope: str) -> None:
    assert api_for(acme, scope).get(SETTINGS).status_code == 403
    assert api_for(acme, scope).patch(SETTINGS, {}).status_code == 403
