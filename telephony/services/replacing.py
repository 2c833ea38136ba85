"""What an agent or trunk takes along when it is deleted, and moving all of it to another one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from telephony import queued_calls
from telephony.choices import AgentDirection
from telephony.models import Agent, PhoneNumber, SipEndpoint, TelephonySettings, Trunk
from telephony.services.agents import delete_agent
from telephony.services.number_changes import change_numbers
from telephony.services.trunks import delete_trunk

NAMED = 10  # numbers named on the page
Row = Agent | Trunk


@dataclass(frozen=True)
class Along:
    """What hangs on agents or trunks of one model."""

    relation: str  # agent or trunk
    ids: Sequence[Any]
    names: Sequence[str]  # of the first numbers
    numbers: int
    queued: int
    uses: int  # as fallback, default agent or transfer trunk
    endpoints: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.numbers or self.queued or self.uses or self.endpoints)


def along_with(rows: Sequence[Row]) -> Along:
    """Return what rows of one model take along."""
    ids = [row.pk for row in rows]
    of_agents = bool(rows) and isinstance(rows[0], Agent)
    relation = "agent" if of_agents else "trunk"
    found = PhoneNumber.objects.filter(**{f"{relation}__in": ids})
    names = list(found.order_by("number").values_list("number", flat=True)[: NAMED + 1])
    return Along(
        relation,
        ids,
        names[:NAMED],
        found.count() if len(names) > NAMED else len(names),
        queued_calls.count(relation, ids),
        sum(uses.count() for uses in _uses(relation, ids).values()),
        list(SipEndpoint.objects.filter(agent__in=ids).values_list("sip_username", flat=True)) if of_agents else (),
    )


def replacements(along: Along, workspace: Any) -> QuerySet[Any]:
    """Return the rows of a workspace that can take all of it over."""
    if along.relation == "trunk":
        alike = Trunk.objects.filter(pk__in=along.ids).values("for_transfers")
        there: QuerySet[Any] = Trunk.objects.filter(workspace=workspace, for_transfers__in=alike)
        there = there.defer("auth_password")
    else:
        able = Q() if not along.numbers + along.uses else ~Q(direction=AgentDirection.OUTBOUND)
        able &= Q() if not along.queued else ~Q(direction=AgentDirection.INBOUND)
        there = Agent.objects.filter(able, workspace=workspace, active=True).defer("provider_key")
    return there.exclude(pk__in=along.ids).order_by("name", "pk")


@transaction.atomic
def delete_rows(rows: Sequence[Row], along: Along, other: Row | None) -> None:
    """Move what hangs on the rows to another one, if there is one, and delete them."""
    if other is not None:
        numbers = PhoneNumber.objects.filter(**{f"{along.relation}__in": along.ids}).values_list("pk", flat=True)
        change_numbers(list(numbers), {along.relation: other}, None)
        for name, uses in _uses(along.relation, along.ids).items():
            uses.update(**{name.partition(" ")[0]: other})
        queued_calls.move(along.relation, along.ids, other)
    for row in rows:
        delete_agent(row) if isinstance(row, Agent) else delete_trunk(row)


def _uses(relation: str, ids: Sequence[Any]) -> dict[str, QuerySet[Any]]:
    """Return rows that use them besides numbers and calls, by field (and model, where two have it)."""
    if relation == "trunk":
        return {"transfer_trunk": PhoneNumber.objects.filter(transfer_trunk__in=ids)}
    return {
        "default_agent": TelephonySettings.objects.filter(default_agent__in=ids),
        "fallback_agent": TelephonySettings.objects.filter(fallback_agent__in=ids),
        "fallback_agent of numbers": PhoneNumber.objects.filter(fallback_agent__in=ids),
    }
