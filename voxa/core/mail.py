"""Email through the operator's mail server, `EMAIL_URL`."""

from collections.abc import Sequence

from django.core.mail import send_mail


class NotSent(Exception):
    """The mail server did not accept the message. The text is for people, and has no secret."""


def send(to: Sequence[str], subject: str, body: str) -> None:
    """Send a text, within 10 s for each step of the connection. Raise `NotSent`. Never in a transaction."""
    try:
        send_mail(" ".join(subject.split()), body, None, list(to))
    except OSError as error:  # smtplib's errors are among these
        raise NotSent(f"The mail server did not accept the message ({type(error).__name__}).") from None
