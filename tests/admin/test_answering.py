"""Business hours as rows of weekdays, holidays as dates, and the fallback, on the pages of number and settings."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User, Workspace
from telephony.models import TelephonySettings
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from tests.admin.conftest import Browser
from tests.admin.rows import make_trunk
from tests.admin.test_secret_destinations import page, save


@pytest.fixture
def client(acme_admin: User, signed_in: Browser) -> Client:
    return signed_in(acme_admin)


@pytest.fixture(params=["workspace", "number"])
def row(request: pytest.FixtureRequest, acme: Workspace) -> Any:
    if request.param == "workspace":
        return TelephonySettings.of(acme.pk)
    return add_number(make_trunk(acme), "+15550100000")


def test_rows_of_the_week_and_dates(client: Client, row: Any) -> None:
    rows = {"business_hours_0": "9:00-12:00, 13:00\u201317:30", "business_hours_4": "22:00-06:00"}
    assert save(client, row, **rows, holidays="2026-12-26\r\n2026-12-25") == {}
    assert [(one["day"], one["opens"], one["closes"]) for one in row.business_hours] == [
        (0, "09:00", "12:00"), (0, "13:00", "17:30"), (4, "22:00", "06:00"),
    ]  # fmt: skip
    assert row.holidays == ["2026-12-25", "2026-12-26"]
    html = client.get(page(row)).text
    assert 'value="09:00-12:00, 13:00-17:30"' in html
    assert "2026-12-25\n2026-12-26" in html
    assert "Wednesday" in html
    assert "&quot;opens&quot;" not in html  # no JSON


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"business_hours_2": "9-5"}, "business_hours", "Wednesday"),
        ({"business_hours_2": "09:00"}, "business_hours", "Wednesday"),
        ({"holidays": "Christmas"}, "holidays", "2026-12-25"),
        ({"fallback": "transfer"}, "fallback_to", "Enter a number"),
        ({"fallback": "transfer", "fallback_to": "sip:desk@10.0.0.1"}, "fallback_to", "private"),
        ({"fallback": "agent"}, "fallback_agent", "active agent"),
        ({"fallback": "hang_up"}, "fallback_message", "callers hear"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    client: Client, row: Any, sent: dict[str, str], field: str, words: str
) -> None:
    errors = save(client, row, **sent)
    assert list(errors) == [field]
    assert words in " ".join(errors[field])


def test_another_agent_is_chosen_but_not_a_neighbours(
    client: Client, row: Any, acme: Workspace, globex: Workspace
) -> None:
    theirs, night = create_agent(globex, {"name": "Theirs"}), create_agent(acme, {"name": "Night desk"})
    assert list(save(client, row, fallback="agent", fallback_agent=str(theirs.pk))) == ["fallback_agent"]
    assert save(client, row, fallback="agent", fallback_agent=str(night.pk)) == {}
    assert row.fallback_agent == night
    assert "Night desk" in client.get(page(row)).text
