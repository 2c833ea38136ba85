"""What follows a row that was written: who changed it, in its history; a lock that ends with a new password."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver
from simple_history.signals import pre_create_historical_record

from accounts import lockout
from accounts.models import User
from accounts.services.history import reason_of_program


@receiver(pre_create_historical_record)
def name_api_key(sender: Any, history_instance: Any, **kwargs: Any) -> None:
    """Write the key of the request being served as the reason; a person stays `history_user`."""
    if not history_instance.history_change_reason:
        history_instance.history_change_reason = reason_of_program()


@receiver(post_save, sender=User)
def lift_lock(sender: Any, instance: User, created: bool, **kwargs: Any) -> None:
    """The failures were guesses at the former password. Whoever set the new one was asked for more than a guess."""
    if instance.has_new_password and not created:
        lockout.lift(instance)
