"""Create, change, check and delete the provider keys of a workspace."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Workspace
from agents.choices import ProviderCheck
from telephony.models import Agent, ProviderKey
from telephony.models.agent import KEYS
from telephony.models.provider_key import KEY_CHECK_FIELDS
from telephony.services.agent_use import delete_unused, lock_for_another, refuse_in_use
from telephony.services.errors import Problems, conflicts_named
from telephony.services.rows import assign
from voxa.core.destinations import GIVEN_FOR_ANOTHER, same_url
from voxa.core.tasks import publish_on_commit

FIELDS = ("name", "provider", "key", "base_url", "region")
CHECK = "telephony.tasks.check_provider_key"
MOST_KEYS = 200
_AGAIN = "The stored key belongs to another URL. Enter the key again."
_FIXED = "A key stays with its provider. Create another one."
_TOO_MANY = f"A workspace has at most {MOST_KEYS} provider keys. Delete one that no agent uses."


def create_key(workspace: Workspace, data: Mapping[str, Any], *, problems: Problems | None = None) -> ProviderKey:
    """Create a key and request its check.

    Raise `ValidationError` with every wrong field, `Conflict` for a taken name or too many keys.
    """
    problems = Problems() if problems is None else problems
    row = ProviderKey(workspace=workspace, provider_check_due_at=timezone.now())
    assign(row, data, FIELDS)
    problems.check(row, FIELDS)
    problems.raise_any()
    with conflicts_named():
        lock_for_another(ProviderKey, workspace, MOST_KEYS, "too_many_keys", _TOO_MANY)
        row.save(force_insert=True)
        publish_on_commit(CHECK, str(row.pk))
    return row


def update_key(row: ProviderKey, data: Mapping[str, Any], *, problems: Problems | None = None) -> ProviderKey:
    """Change the fields in `data` and return the fresh row. A new `key` is what the next call's worker gets.

    Another base URL needs the key again, and no agent that uses it. Raise `ProviderKey.DoesNotExist` if it was deleted,
    else as `create_key`.
    """
    problems = Problems() if problems is None else problems
    data = {name: value for name, value in data.items() if name != "key" or value}
    with conflicts_named():
        row = ProviderKey.objects.select_for_update(no_key=True).get(pk=row.pk)
        if data.get("provider", row.provider) != row.provider:
            problems.add("provider", _FIXED)
        moves = "base_url" in data and not same_url(data["base_url"], row.base_url)
        if moves and "key" not in data:
            problems.add("key", _AGAIN, GIVEN_FOR_ANOTHER)
        changed = assign(row, data, FIELDS)
        problems.check(row, FIELDS)
        problems.raise_any()
        if moves:
            refuse_in_use(users(row), "key_in_use", "key", "Another URL needs another key, or none that uses this one.")
        if "key" in data:
            row.rotated_at = timezone.now()
            changed.append("rotated_at")
        if changed:
            row.save(update_fields=[*changed, "updated_at"])
        if {"key", "base_url", "region"} & set(changed):
            request_check(row)
    return row


@transaction.atomic
def request_check(row: ProviderKey) -> None:
    """Request that a key is checked now, and its agents' credentials with it."""
    now = timezone.now()
    row.provider_check, row.provider_answer, row.provider_checked_at = ProviderCheck.UNVERIFIED, "", None
    row.provider_check_due_at, row.provider_check_failures = now, 0
    ProviderKey.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in KEY_CHECK_FIELDS})
    users(row).exclude(provider_check_due_at=None, provider_check=ProviderCheck.UNVERIFIED).update(
        provider_check=ProviderCheck.UNVERIFIED, provider_check_due_at=now, provider_check_failures=0
    )
    publish_on_commit(CHECK, str(row.pk))


def delete_key(row: ProviderKey) -> None:
    """Delete a key. Raise `Conflict` that names the agents if any uses it."""
    delete_unused(row, "key_in_use", "key", "Choose other keys there first.", users)


def users(row: ProviderKey) -> QuerySet[Agent]:
    """Return the agents that use a key."""
    uses = Q()
    for reference in KEYS:
        uses |= Q(**{reference: row})
    return Agent.objects.filter(uses, workspace=row.workspace_id)
