"""Changing a workspace's telephony settings."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import Workspace
from telephony.models import TelephonySettings
from telephony.services.errors import Problems
from telephony.services.rows import assign

# What the workspace itself decides; its LiveKit project and the operator's shared trunk are the operator's matter.
FIELDS = (
    "allowed_countries", "allow_premium", "calls_per_second", "max_concurrent_calls", "calling_hours_start",
    "calling_hours_end", "calling_days", "daily_attempts_per_callee", "max_attempts", "retry_delay_seconds",
    "price_per_minute", "daily_spend_limit",
)  # fmt: skip


@transaction.atomic
def update_settings(
    workspace: Workspace, data: Mapping[str, Any], *, problems: Problems | None = None
) -> TelephonySettings:
    """Change what `data` names, by model field names, and give the settings. They hold for the next dial.

    Raises ValidationError with every wrong field.
    """
    problems = Problems() if problems is None else problems
    TelephonySettings.of(workspace.pk)
    found = TelephonySettings.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    changed = assign(found, data, FIELDS)
    problems.check(found, FIELDS)
    problems.raise_any()
    if changed:
        found.save(update_fields=changed)
    return found
