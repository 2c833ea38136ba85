"""`/v1/settings/telephony`."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from rest_framework.test import APIClient

from accounts.choices import Scope
from accounts.models import Workspace
from telephony.models import TelephonySettings
from telephony.services.settings import update_settings
from tests.conftest import ApiFor

SETTINGS = "/v1/settings/telephony"
DEFAULTS: dict[str, Any] = {
    "defaultAgentId": None,
    "allowedCountries": [],
    "allowPremium": False,
    "allowUnknownNumbers": False,
    "callsPerSecond": None,
    "maxConcurrentCalls": None,
    "callingHoursStart": None,
    "callingHoursEnd": None,
    "callingDays": [],
    "callingHoursFallback": "workspace",
    "dailyAttemptsPerCallee": None,
    "maxAttempts": 3,
    "retryDelaySeconds": 300,
    "dailySpendLimit": None,
    "agentAbsent": "retry",
    "recordCalls": False,
    "recordingAnnouncement": "",
    "businessHours": [],
    "holidays": [],
    "fallback": "",
    "fallbackAgentId": None,
    "fallbackTo": "",
    "fallbackMode": "cold",
    "fallbackMessage": "",
    "assistantRequestUrl": "",
    "allowSharedTrunk": False,
    "pricePerMinute": "0.0000",
    "currency": "USD",
}


def wrong(answer: Any) -> set[str]:
    assert answer.status_code == 400, answer.content
    return {detail["field"] for detail in answer.json()["error"]["details"]}


def test_a_workspace_begins_with_safe_settings(api: APIClient) -> None:
    assert api.get(SETTINGS).json() == DEFAULTS


def test_what_is_named_changes_and_the_rest_stays(api: APIClient) -> None:
    hours = {"callingHoursStart": "09:00:00", "callingHoursEnd": "18:30:00", "callingDays": [0, 1]}
    changes = {**hours, "allowedCountries": ["DE", "AT"], "callsPerSecond": "2.50", "maxAttempts": 5}
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
        "color": "red",
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


@pytest.mark.parametrize(("field", "value"), [("pricePerMinute", "0"), ("pricePerMinute", 1), ("currency", "EUR")])
def test_price_and_currency_are_the_operators_alone(api: APIClient, acme: Workspace, field: str, value: Any) -> None:
    update_settings(acme, {"price_per_minute": Decimal("0.5")}, by_operator=True)
    assert wrong(api.patch(SETTINGS, {field: value})) == {field}
    assert api.patch(SETTINGS, api.get(SETTINGS).json()).status_code == 200
    assert TelephonySettings.of(acme.pk).price_per_minute == Decimal("0.5")


def test_a_spend_limit_needs_a_price(api: APIClient, acme: Workspace) -> None:
    assert wrong(api.patch(SETTINGS, {"dailySpendLimit": "10.00"})) == {"dailySpendLimit"}
    update_settings(acme, {"price_per_minute": Decimal("0.5"), "currency": "EUR"}, by_operator=True)
    answer = api.patch(SETTINGS, {"dailySpendLimit": "10.00"}).json()
    assert (answer["dailySpendLimit"], answer["pricePerMinute"], answer["currency"]) == ("10.00", "0.5000", "EUR")


def test_the_price_stays_as_long_as_a_spend_limit_needs_it(acme: Workspace) -> None:
    update_settings(acme, {"price_per_minute": Decimal("0.5"), "daily_spend_limit": Decimal(1)}, by_operator=True)
    with pytest.raises(ValidationError, match="requires a price"):
        update_settings(acme, {"price_per_minute": Decimal(0)}, by_operator=True)


@pytest.mark.parametrize("currency", ["usd", "US", "EURO", "", "$"])
def test_a_currency_has_three_letters(acme: Workspace, currency: str) -> None:
    with pytest.raises(ValidationError):
        update_settings(acme, {"currency": currency}, by_operator=True)


def test_an_outsider_changes_its_own_workspace_alone(api: APIClient, outsider_api: APIClient) -> None:
    outsider_api.patch(SETTINGS, {"maxAttempts": 9})
    assert api.get(SETTINGS).json() == DEFAULTS


@pytest.mark.parametrize("scope", [Scope.AGENTS_READ, Scope.CALLS_READ, Scope.CALLS_WRITE, Scope.AGENTS_WRITE])
def test_only_the_workspaces_admin_may(api_for: ApiFor, acme: Workspace, scope: str) -> None:
    assert api_for(acme, scope).get(SETTINGS).status_code == 403
    assert api_for(acme, scope).patch(SETTINGS, {}).status_code == 403


def test_24_00_ends_a_day(api: APIClient) -> None:
    answer = api.patch(SETTINGS, {"callingHoursStart": "09:00", "callingHoursEnd": "24:00"}).json()
    assert (answer["callingHoursStart"], answer["callingHoursEnd"]) == ("09:00:00", "00:00:00")
    assert wrong(api.patch(SETTINGS, {"callingHoursEnd": "24:01"})) == {"callingHoursEnd"}


def test_what_unknown_numbers_meet_is_set(api: APIClient) -> None:
    changes = {"allowUnknownNumbers": True, "callingHoursFallback": "strict"}
    assert api.patch(SETTINGS, changes).json() == {**DEFAULTS, **changes}
    assert wrong(api.patch(SETTINGS, {"callingHoursFallback": "never"})) == {"callingHoursFallback"}
