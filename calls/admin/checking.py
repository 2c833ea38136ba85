"""What a call would meet, asked on the form that places it: nothing is placed and nothing is stored."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from calls.routing.policies import Refusal
from calls.routing.preview import RouteCheck, check_outbound
from voxa.core.number_fields import to_canonical

BUTTON = "_check"


class CheckAsked(Exception):
    """The form was right, and its sender wants to know what the call of its `data` would meet."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__()
        self.data = data


@dataclass(frozen=True)
class Checked:
    """The answer in words: may it be dialled now, by which way, and which policies are against it."""

    found: RouteCheck
    colour: str
    headline: str
    refusals: list[Refusal]


def checked(data: dict[str, Any]) -> Checked:
    """Return what the call of a form's cleaned data would meet."""
    try:
        called = to_canonical(data["to_number"], data["workspace"].country)
    except ValidationError as error:
        raise ValidationError({"to": error}) from None
    found = check_outbound(data["workspace"], called, data["number"].number, data["agent"], data["trunk"])
    refusals = [refusal for refusal in found.policies.values() if refusal]
    if found.refusal and found.refusal not in refusals:
        refusals.insert(0, found.refusal)
    if found.refusal is None:
        return Checked(found, "success", "It would be dialled now.", refusals)
    if found.refusal.until:
        return Checked(found, "warning", "It would wait.", refusals)
    return Checked(found, "danger", "It would not be dialled.", refusals)
