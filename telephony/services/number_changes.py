"""Change the agent, the trunk or the label of many numbers at once."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from accounts.services.history import record_changes
from telephony.models import PhoneNumber
from telephony.services.errors import conflicts_named
from telephony.services.numbers import hold_trunks
from telephony.services.rows import assign
from telephony.sync.request import request_many, request_sync

FIELDS = ("agent", "trunk", "label")
SYNCED_AT_ONCE = 10  # trunks; the sweep syncs more of them, one message for all


@dataclass
class Changes:
    """The rows that would change, by field, and why others would not."""

    rows: list[PhoneNumber] = field(default_factory=list)
    fields: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    trunks: set[UUID] = field(default_factory=set)  # that numbers leave or join


def plan_changes(rows: Iterable[PhoneNumber], data: Mapping[str, Any], allowed: Collection[UUID] | None) -> Changes:
    """Set the values of `data` on unsaved rows and return what changes.

    Rows of workspaces that are not `allowed` are refused, None allows all; so are rows of another workspace than the
    agent's or the trunk's.
    """
    found = Changes()
    of_workspace = cache(lambda workspace: _refusal(workspace, data, allowed))  # one text for all its rows
    for row in rows:
        if refusal := of_workspace(row.workspace_id):
            found.refused[refusal] += 1
            continue
        before = row.trunk_id
        changed = assign(row, data, FIELDS)
        if "agent" in changed:
            row.agent_revision = None
        found.fields.update(changed)
        if not changed:
            found.unchanged += 1
            continue
        found.rows.append(row)
        if "trunk" in changed:
            found.trunks |= {before, row.trunk_id}
    return found


def change_numbers(ids: Collection[UUID], data: Mapping[str, Any], allowed: Collection[UUID] | None) -> Changes:
    """Change the numbers and their history with a few statements, and sync each trunk that numbers leave or join.

    Rows that were deleted in the meantime are left out.
    """
    rows = PhoneNumber.objects.filter(pk__in=ids)
    with conflicts_named():
        target = getattr(data.get("trunk"), "pk", None)
        hold_trunks(*rows.values_list("trunk_id", flat=True).distinct() if target else (), target)
        locked = rows.select_for_update(no_key=True, of=("self",)).order_by("pk")
        found = plan_changes(locked.defer("assistant_request_secret"), data, allowed)
        changed = PhoneNumber.objects.filter(pk__in=[row.pk for row in found.rows])
        if found.rows:
            changed.update(**data)
            if "agent" in data:
                unpinned = [row.pk for row in found.rows if row.agent_revision is None]
                PhoneNumber.objects.filter(pk__in=unpinned).update(agent_revision=None)
            record_changes(found.rows)
        if len(found.trunks) > SYNCED_AT_ONCE:
            request_many(found.trunks)
        else:
            for trunk in sorted(found.trunks):
                request_sync(trunk)
    return found


def _refusal(workspace_id: UUID, data: Mapping[str, Any], allowed: Collection[UUID] | None) -> str:
    if allowed is not None and workspace_id not in allowed:
        return "your role may not change numbers of the workspace"
    for name in ("agent", "trunk"):
        row = data.get(name)
        if row is not None and row.workspace_id != workspace_id:
            return f"the {name} {row.name} is of another workspace"
    return ""
