"""History rows that are inserted at once are those that the library would save."""

from typing import Any

import pytest
from django.db.models.signals import post_save
from simple_history.models import HistoricalRecords

from accounts.models import User, Workspace
from telephony.models import Agent, Trunk
from telephony.services.agents import create_agent
from telephony.services.numbers import add_number
from telephony.services.trunks import create_trunk

UNLIKE = {"history_id", "history_date"}


def records_of(row: Any) -> HistoricalRecords:
    """Return what writes the history of a row."""
    receivers = post_save._live_receivers(type(row))
    found = [getattr(one, "__self__", None) for kind in receivers for one in kind]
    return next(one for one in found if isinstance(one, HistoricalRecords))


@pytest.mark.parametrize("kind", ["+", "~", "-"])
def test_a_row_is_that_of_the_library(acme: Workspace, acme_owner: User, kind: str) -> None:
    trunk = create_trunk(acme, {"name": "Out", "gateways": [{"ip_or_domain": "192.0.2.8"}]})
    agent = create_agent(acme, {"name": "Ann", "tools": []})
    agent.revision_note = "Shorter, as asked."
    rows: list[Any] = [trunk, trunk.gateways.get(), add_number(trunk, "+12025550177"), agent, acme]
    rows += [Trunk.objects.defer("name").get(), Agent.objects.only("id").get()]
    for row in rows:
        row._history_user, row._change_reason = acme_owner, "A reason"
        records = records_of(row)
        records.create_historical_record(row, kind)
        HistoricalRecords.create_historical_record(records, row, kind)
        ours, theirs = [
            {name: value for name, value in values.items() if name not in UNLIKE}
            for values in type(row).history.order_by("-history_id").values()[:2]
        ]
        assert ours == theirs
        assert (ours["history_user_id"], ours["history_change_reason"]) == (acme_owner.pk, "A reason")
