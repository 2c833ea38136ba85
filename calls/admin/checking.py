"""What a call would meet, asked on the form that places it: nothing is placed and nothing is stored."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

from accounts.models import Workspace
from calls.policies import Refusal
from calls.route_check import RouteCheck, check_outbound
from telephony.models import Agent, PhoneNumber, Trunk
from telephony.validators import validate_e164

BUTTON = "_check"
_ASKED = ("to_number", "number", "agent", "trunk", "scheduled_at", "max_duration_seconds")


class CheckAsked(Exception):
    """The form was right, and its sender wants to know what the call would meet; `query` fills it in again."""

    def __init__(self, workspace: Workspace, data: dict[str, Any]) -> None:
        super().__init__()
        asked = {"workspace": workspace.pk, **{name: _plain(data.get(name)) for name in _ASKED}, BUTTON: 1}
        self.query = urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True)
class Checked:
    """The answer in words: may it be dialled now, by which way, and which policies are against it."""

    found: RouteCheck
    colour: str
    headline: str
    refusals: list[Refusal]


def checked(request: HttpRequest, workspace: Workspace | None) -> Checked | None:
    """Give what the call in the page's address would meet; None where none is asked for or its numbers are wrong."""
    asked = request.GET
    if BUTTON not in asked or workspace is None:
        return None
    try:
        validate_e164(asked.get("to_number", ""))
        number = PhoneNumber.objects.filter(workspace=workspace, pk=asked.get("number", "")).first()
        agent = Agent.objects.filter(workspace=workspace, pk=asked.get("agent", "")).first()
        trunk = Trunk.objects.filter(workspace=workspace, pk=asked["trunk"]).first() if "trunk" in asked else None
    except (ValidationError, ValueError):
        return None
    found = check_outbound(workspace, asked["to_number"], number.number if number else "", agent, trunk)
    refusals = [refusal for refusal in found.policies.values() if refusal]
    if found.refusal and found.refusal not in refusals:
        refusals.insert(0, found.refusal)
    if found.refusal is None:
        return Checked(found, "success", "It would be dialled now.", refusals)
    if found.refusal.until:
        return Checked(found, "warning", "It would wait.", refusals)
    return Checked(found, "danger", "It would not be dialled.", refusals)


def filled_in(initial: dict[str, Any]) -> dict[str, Any]:
    """Give the initial values of the form with a time where the address holds its text."""
    if text := initial.get("scheduled_at"):
        return {**initial, "scheduled_at": parse_datetime(text)}
    return initial


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else getattr(value, "pk", value)
