"""Preview of a call from the form that places it. Nothing is placed or stored."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from calls.routing.policies import Refusal
from calls.routing.preview import RouteCheck, check_outbound
from voxa.core.number_fields import to_canonical

BUTTON = "_check"


class CheckAsked(Exception):
    """Raised when the form is valid and the user asked for a preview of the call in `data`."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__()
        self.data = data


@dataclass(frozen=True)
class Checked:
    """A preview as displayed: whether the call may be dialed now, by which route, and which policies refuse it."""

    found: RouteCheck
    color: str
    headline: str
    refusals: list[Refusal]


def checked(data: dict[str, Any]) -> Checked:
    """Return the preview of the call in a form's cleaned data."""
    try:
        called = to_canonical(data["to_number"], data["workspace"].country)
    except ValidationError as error:
        raise ValidationError({"to": error}) from None
    found = check_outbound(data["workspace"], called, data["number"].number, data["agent"], data["trunk"])
    refusals = [refusal for refusal in found.policies.values() if refusal]
    if found.refusal and found.refusal not in refusals:
        refusals.insert(0, found.refusal)
    if found.refusal is None:
        return Checked(found, "success", gettext("The call would be dialed now."), refusals)
    if found.refusal.until:
        return Checked(found, "warning", gettext("The call would wait in the queue."), refusals)
    return Checked(found, "danger", gettext("The call would not be dialed."), refusals)
