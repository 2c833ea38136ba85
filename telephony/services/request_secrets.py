"""The secret that signs assistant requests belongs to their URL: another URL needs it again."""

from collections.abc import Mapping
from typing import Any

from telephony.models.answering import Answering
from telephony.services.errors import Problems
from voxa.core.destinations import GIVEN_FOR_ANOTHER, same_url

SECRET = "assistant_request_secret"  # noqa: S105  # the field's name
AGAIN = "The URL changed. Enter the secret again, so that nobody who does not know it can have requests signed with it."


def match_secret(row: Answering, before: str, data: Mapping[str, Any], problems: Problems) -> list[str]:
    """Check the secret of a row with changed values against its URL, which was `before`; return what changed more.

    Without a URL the secret is removed.
    """
    given = bool(data.get(SECRET))
    if not row.assistant_request_url:
        if given:
            problems.add("assistant_request_url", "Enter the URL that the secret is for.", "required")
        elif row.assistant_request_secret is not None:
            row.assistant_request_secret = None
            return [SECRET]
    elif not row.assistant_request_secret:
        problems.add(SECRET, "Enter the secret that signs the requests: whsec_...", "required")
    elif not given and not same_url(before, row.assistant_request_url):
        problems.add(SECRET, AGAIN, GIVEN_FOR_ANOTHER)
    return []
