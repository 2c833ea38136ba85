"""Countries, and lists of them and of days, are read as people write them and stored in one spelling."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from rest_framework.test import APIClient

from accounts.services.workspaces import create_workspace
from telephony.models import TelephonySettings
from tests.telephony.conftest import TRUNKS
from voxa.core.values.countries import BadCountry, canonical_country

pytestmark = pytest.mark.django_db
SETTINGS = "/v1/settings/telephony"
TRUNK = {"name": "Main", "gateways": [{"ipOrDomain": "192.0.2.1"}]}


@pytest.mark.parametrize(("typed", "code"), [("us", "US"), ("De", "DE"), (" gb ", "GB")])
def test_a_country_is_stored_in_capitals(api: APIClient, typed: str, code: str) -> None:
    made = api.post(TRUNKS, {**TRUNK, "country": typed})
    assert (made.status_code, made.json()["country"]) == (201, code)
    assert api.patch(f"{TRUNKS}/{made.json()['id']}", {"country": typed}).json()["country"] == code
    assert create_workspace("Other", country=typed).country == code


@pytest.mark.parametrize(
    ("typed", "remedy"), [("UK", "Use GB."), ("uk", "Use GB."), ("USA", "Use US."), ("XX", "two-letter"), ("1", "two")]
)
def test_what_is_no_country_is_refused_with_the_code_that_was_meant(api: APIClient, typed: str, remedy: str) -> None:
    for answer in (
        api.post(TRUNKS, {**TRUNK, "country": typed}),
        api.patch(SETTINGS, {"allowedCountries": ["DE", typed]}),
    ):
        (detail,) = answer.json()["error"]["details"]
        assert (answer.status_code, detail["field"]) in [(400, "country"), (400, "allowedCountries")]
        assert remedy in detail["message"]
        assert typed in detail["message"]
    with pytest.raises(ValidationError, match=remedy):
        create_workspace("Other", country=typed)


def test_a_list_of_countries_takes_any_case_and_each_once(api: APIClient) -> None:
    answer = api.patch(SETTINGS, {"allowedCountries": ["us", "DE", "US", "de"]})
    assert (answer.status_code, answer.json()["allowedCountries"]) == (200, ["US", "DE"])
    assert TelephonySettings.objects.get().allowed_countries == ["US", "DE"]


def test_a_list_of_days_has_each_once(api: APIClient) -> None:
    answer = api.patch(SETTINGS, {"callingDays": [0, 1, 1, 0]})
    assert (answer.status_code, answer.json()["callingDays"]) == (200, [0, 1])
    assert TelephonySettings.objects.get().calling_days == [0, 1]


@pytest.mark.parametrize("wrong", [["DE", 4], "DE", None, [None]])
def test_what_is_no_list_of_countries_is_refused(api: APIClient, wrong: Any) -> None:
    assert api.patch(SETTINGS, {"allowedCountries": wrong}).status_code == 400


def test_no_country_is_taken_for_empty() -> None:
    with pytest.raises(BadCountry):
        canonical_country("")
