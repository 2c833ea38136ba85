"""Keep a provider's key out of the logs, also if the provider repeats it in an error."""

import logging

HIDDEN = "[hidden]"


def hidden(text: str, secret: str) -> str:
    """Return a text with a secret replaced by a placeholder."""
    return text.replace(secret, HIDDEN) if secret else text


class _Hide(logging.Filter):
    """Replaces a secret in messages and tracebacks."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact a record and accept it."""
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_info = None
        record.exc_text = hidden(record.exc_text or "", self._secret) or None
        record.msg, record.args = hidden(record.getMessage(), self._secret), ()
        return True


def hide_in_logs(secret: str) -> None:
    """Redact a secret in everything that this process logs from now on."""
    if secret:
        for handler in logging.getLogger().handlers:
            handler.addFilter(_Hide(secret))
