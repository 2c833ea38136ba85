"""Names the program behind a change in the history, where an API key made it."""

from typing import Any

from django.dispatch import receiver
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record


@receiver(pre_create_historical_record)
def name_api_key(sender: Any, history_instance: Any, **kwargs: Any) -> None:
    """Write the key of the request being served as the reason; a person stays `history_user`."""
    request = getattr(HistoricalRecords.context, "request", None)
    key = getattr(request, "api_key", None)
    if key is not None and not history_instance.history_change_reason:
        history_instance.history_change_reason = f"API key vx_live_{key.identifier}… ({key.name})"[:100]
