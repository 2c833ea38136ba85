"""Names the program behind a change in the history, where an API key made it."""

from typing import Any

from django.dispatch import receiver
from simple_history.signals import pre_create_historical_record

from accounts.services.history import reason_of_program


@receiver(pre_create_historical_record)
def name_api_key(sender: Any, history_instance: Any, **kwargs: Any) -> None:
    """Write the key of the request being served as the reason; a person stays `history_user`."""
    if not history_instance.history_change_reason:
        history_instance.history_change_reason = reason_of_program()
