"""The answer of an assistant request: checked as a whole, so that a wrong part never gives half an answer."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from agents.variables import text_of
from calls.choices import TransferMode
from calls.models import Call
from calls.services.agent_of_call import configured
from calls.transfers.requests import check_target
from telephony.choices import AgentDirection
from telephony.models import Agent
from telephony.services.agent_overrides import AT, OF_AGENT, OF_CALL, check_overrides, check_variables
from telephony.services.errors import Problems
from voxa.core.api.names import camel
from voxa.core.api.parsers import bad_text
from voxa.core.json_schema import misfits

_TEXT = {"type": "string", "maxLength": 32_000}
_ANSWER = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "variables": {"type": "object"},
        "agentOverrides": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                **{camel(name): _TEXT for name in OF_AGENT},
                "maxDurationSeconds": {"type": "integer", "minimum": 10, "maximum": 14_400},
            },
        },
        "agentId": {"type": ["string", "null"], "maxLength": 64},
        "transfer": {
            "type": "object",
            "required": ["to"],
            "additionalProperties": False,
            "properties": {
                "to": {"type": "string", "minLength": 1, "maxLength": 330},
                "mode": {"enum": list(TransferMode.values)},
                "transferHeaders": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        },
        "refuse": {"type": "boolean"},
        "message": {"type": "string", "maxLength": 300},
    },
}
_NAMES = {camel(name): name for name in (*OF_AGENT, *OF_CALL)}


class Wrong(Exception):
    """Raised if an endpoint gave no usable answer, with the reason for the timeline."""


def read_answer(call: Call, body: bytes, told: dict[str, Any]) -> dict[str, Any]:
    """Return the changes of a call, by the names of its fields, and `transfer` or `refused`.

    `told` gets what the timeline shows: names of variables, since their values are the call's. An empty body changes
    nothing. Raise `Wrong` with everything that is wrong.
    """
    answer = _parsed(body)
    if answer.get("refuse"):
        told |= {"refused": True, "message": answer.get("message", "")}
        return {"refused": True}
    problems, changes = Problems(), dict[str, Any]()
    agent = _agent(call, answer.get("agentId"), problems)
    variables = answer.get("variables", {})
    overrides = {_NAMES[name]: value for name, value in answer.get("agentOverrides", {}).items()}
    check_variables(variables, problems)
    if agent is not None:
        check_overrides(agent, overrides, problems)
    elif overrides:
        problems.add(AT, "The call has no agent. Send agentId too.", "no_agent")
    transfer = _transfer(call, answer.get("transfer"), problems)
    if problems:
        raise Wrong(f"The answer is not valid: {' '.join(_words(problems))}")
    if agent is not None and agent.pk != call.agent_id:
        changes |= {"agent": agent, "pinned_revision": None}
        told["agent"] = agent.name
    if variables:
        changes["variables"], told["variables"] = variables, sorted(variables)
    if overrides:
        changes["agent_overrides"], told["overrides"] = overrides, sorted(answer["agentOverrides"])
    if longest := overrides.get("max_duration_seconds"):
        changes["max_duration_seconds"] = longest
    if transfer:
        changes["transfer"], told["to"] = transfer, transfer["to"]
    return changes


def _parsed(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise Wrong("The answer is not JSON.") from None
    if wrong := next(bad_text(answer, "answer"), None):  # PostgreSQL would refuse the outcome, a refusal too
        raise Wrong(f"The answer is not valid: {wrong[0]}: {wrong[1]}")
    if found := misfits(_ANSWER, answer):
        raise Wrong(f"The answer is not valid: {'; '.join(found[:5])}.")
    parsed: dict[str, Any] = answer
    return parsed


def _agent(call: Call, wanted: Any, problems: Problems) -> Agent | None:
    """Return the agent that the answer names, else the call's own."""
    if wanted is None:
        return configured(call) if call.agent else None
    try:
        found = Agent.objects.filter(workspace=call.workspace_id, pk=UUID(wanted)).first()
    except ValueError:
        found = None
    if found is None:
        problems.add("agentId", "No agent with this ID exists in the workspace.", "not_found")
    elif not found.active or found.direction == AgentDirection.OUTBOUND:
        problems.add("agentId", "Choose an active agent that answers inbound calls.", "agent")
    return found


def _transfer(call: Call, wanted: Mapping[str, Any] | None, problems: Problems) -> dict[str, Any]:
    """Return the transfer to request, refused by the same policies as any other."""
    if wanted is None:
        return {}
    mode, headers = TransferMode(wanted.get("mode", TransferMode.COLD)), wanted.get("transferHeaders", {})
    try:
        check_target(call, wanted["to"], mode, headers)
    except ValidationError as error:
        for name, errors in error.error_dict.items():
            problems.add(f"transfer.{name}", ValidationError(errors))
    return {"to": wanted["to"], "mode": mode.value, "headers": dict(headers)}


def _words(problems: Problems) -> Iterator[str]:
    for path, errors in list(problems.items())[:5]:
        yield f"{camel(path)}: {text_of(' '.join(ValidationError(errors).messages))}"
