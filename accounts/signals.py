"""What follows a row that was written: who changed it, in its history; a lock that ends with a new password."""

from typing import Any
from uuid import uuid4

from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.dispatch import receiver
from simple_history.signals import pre_create_historical_record

from accounts import lockout
from accounts.models import User
from accounts.models.history import Noted
from accounts.services.history import reason_of_program
from accounts.services.sessions import end_sessions
from accounts.session_store import ABOUT, describe


@receiver(pre_create_historical_record)
def name_api_key(sender: Any, history_instance: Any, **kwargs: Any) -> None:
    """Write the key of the request being served as the reason; a person stays `history_user`."""
    if not history_instance.history_change_reason:
        history_instance.history_change_reason = reason_of_program()
    if isinstance(history_instance, Noted):
        history_instance.note = getattr(kwargs["instance"], "revision_note", "")[: Noted.LONGEST_NOTE]


@receiver(post_save, sender=User)
def begin_anew(sender: Any, instance: User, created: bool, **kwargs: Any) -> None:
    """End a person's sessions and lock with the former password; whoever set the new one gave more than a guess.

    The session in which a person changes their own goes on: Django gives it a new key afterwards.
    """
    if instance.has_new_password and not created:
        lockout.lift(instance)
        end_sessions(instance)


@receiver(user_logged_in)
def describe_session(sender: Any, request: Any, **kwargs: Any) -> None:
    """Keep with the session when, from where and with what it began."""
    request.session[ABOUT] = describe(request, str(uuid4()))
