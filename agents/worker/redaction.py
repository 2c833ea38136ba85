"""Keeping a provider's key out of the logs, also where the provider itself repeats it in an error."""

import logging

HIDDEN = "[hidden]"


def hidden(text: str, secret: str) -> str:
    """Return a text with a mark in a secret's place."""
    return text.replace(secret, HIDDEN) if secret else text


class _Hide(logging.Filter):
    """Puts a mark in a secret's place, in messages and tracebacks alike."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean a record and let it pass."""
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_info = None
        record.exc_text = hidden(record.exc_text or "", self._secret) or None
        record.msg, record.args = hidden(record.getMessage(), self._secret), ()
        return True


def hide_in_logs(secret: str) -> None:
    """Hide a secret in all that this process logs from now on."""
    if secret:
        for handler in logging.getLogger().handlers:
            handler.addFilter(_Hide(secret))
