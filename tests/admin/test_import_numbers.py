"""The button that brings a carrier's numbers in: for those who run the installation."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User, Workspace
from telephony.carriers.registry import CarrierNumber, CarrierUnavailable
from telephony.models import Trunk
from telephony.services.numbers import add_number
from tests.admin.conftest import Browser
from tests.admin.rows import make_trunk

WORDS = "Import numbers from Telnyx"


class FakeApi:
    """A carrier with these numbers, or none that answers."""

    def __init__(self, *numbers: str) -> None:
        self.listed = numbers

    def numbers(self) -> list[CarrierNumber]:
        if not self.listed:
            raise CarrierUnavailable("Telnyx cannot be reached.")
        return [CarrierNumber(number) for number in self.listed]


@pytest.fixture
def trunk(acme: Workspace) -> Trunk:
    return make_trunk(acme, carrier="telnyx")


def press(trunk: Trunk) -> str:
    return reverse("admin:telephony_trunk_import_numbers", args=[trunk.pk])


def page(trunk: Trunk) -> str:
    return reverse("admin:telephony_trunk_change", args=[trunk.pk])


def test_a_superuser_brings_numbers_in(
    trunk: Trunk, globex: Workspace, superuser: User, signed_in: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_number(make_trunk(globex), "+15550100002")
    monkeypatch.setattr(
        "telephony.admin.number_import.carrier_api", lambda name: FakeApi("+15550100001", "+15550100002")
    )
    client = signed_in(superuser)
    assert WORDS in client.get(page(trunk)).content.decode()
    html = client.post(press(trunk), follow=True).content.decode()
    assert "1 added, 1 taken" in html
    assert "+15550100002: This number is already in use" in html
    assert list(trunk.numbers.values_list("number", flat=True)) == ["+15550100001"]


def test_a_carrier_that_does_not_answer_is_told(
    trunk: Trunk, superuser: User, signed_in: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telephony.admin.number_import.carrier_api", lambda name: FakeApi())
    assert "Telnyx cannot be reached." in signed_in(superuser).post(press(trunk), follow=True).content.decode()


@pytest.mark.parametrize("who", ["acme_owner", "acme_viewer", "outsider"])
def test_customers_have_no_such_button(
    who: str, trunk: Trunk, signed_in: Browser, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert WORDS not in client.get(page(trunk), follow=True).content.decode()
    assert client.post(press(trunk)).status_code == 403


def test_it_is_for_trunks_of_that_carrier_and_on_a_press_alone(
    acme: Workspace, trunk: Trunk, superuser: User, signed_in: Browser
) -> None:
    client = signed_in(superuser)
    assert client.get(press(trunk)).status_code == 403
    assert client.post(press(make_trunk(acme, "Other"))).status_code == 403


def test_the_operators_carrier_is_chosen_in_the_form_of_a_new_trunk(
    acme: Workspace, acme_owner: User, signed_in: Browser, settings: Any
) -> None:
    for named, chosen in (("Telnyx", "telnyx"), ("unknown", ""), ("", "")):
        settings.TELEPHONY_PROVIDER = named
        form = signed_in(acme_owner).get(reverse("admin:telephony_trunk_add")).context["adminform"].form
        assert (form["carrier"].value() or "") == chosen
