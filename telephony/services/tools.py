"""Reusable tools of a workspace: create, change, delete them, and give them to agents.

An agent uses a tool as it is when it is called: a change counts from then on, whatever revision of the agent speaks.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from accounts.models import Workspace
from accounts.services.webhooks import new_secret
from agents.providers import PROVIDERS
from agents.rendering import warnings_of_tool
from telephony.models import Agent, Tool
from telephony.models.abilities import MOST_TOOLS
from telephony.services.agent_use import UNKNOWN, delete_unused, ids_of, lock_for_another, no_tools
from telephony.services.errors import Problems, conflicts_named
from telephony.services.rows import assign
from voxa.core.destinations import url_key

FIELDS = ("name", "description", "parameters", "url", "body", "secret")
MOST = 200
UNSIGNED_NOW = (
    "The tool's URL changed, so the secret that signs its requests was removed. "
    "Generate a new one and store it at your endpoint."
)
_TOO_MANY = f"A workspace has at most {MOST} tools. Delete one that no agent uses."


def create_tool(workspace: Workspace, data: Mapping[str, Any], *, problems: Problems | None = None) -> Tool:
    """Create a tool. `agents` are rows or ids.

    Raise `ValidationError` with every wrong field, `Conflict` for a taken name or too many tools.
    """
    problems = Problems() if problems is None else problems
    tool = Tool(workspace=workspace)
    _assign(tool, data)
    problems.check(tool, FIELDS)
    with conflicts_named():
        lock_for_another(Tool, workspace, MOST, "too_many_tools", _TOO_MANY)
        agents = _agents(tool, data.get("agents", []), problems)
        problems.raise_any()
        tool.save(force_insert=True)
        tool.agents.set(agents)
    tool.warnings = tuple(warnings_of_tool(tool))
    return tool


def update_tool(tool: Tool, data: Mapping[str, Any], *, problems: Problems | None = None) -> Tool:
    """Change the fields in `data` and return the fresh row with its `warnings`.

    Another URL removes the secret that is not in `data`: who has the new URL could reuse signatures at the former one.
    Raise `Tool.DoesNotExist` if it was deleted, else as `create_tool`.
    """
    problems = Problems() if problems is None else problems
    with conflicts_named():
        tool = Tool.objects.select_for_update(no_key=True).get(pk=tool.pk)
        former, had_secret = tool.url, bool(tool.secret)
        changed = _assign(tool, data)
        problems.check(tool, FIELDS)
        chosen = data["agents"] if "agents" in data else list(tool.agents.all())
        agents = _agents(tool, chosen, problems, "agents" if "agents" in data else "name")
        problems.raise_any()
        if had_secret and "secret" not in data and url_key(tool.url) != url_key(former):
            tool.secret, tool.warnings = None, (UNSIGNED_NOW,)
            changed.append("secret")
        if {"description", "url", "body"} & set(changed):
            tool.warnings = (*tool.warnings, *warnings_of_tool(tool))
        if changed:
            tool.save(update_fields=[*changed, "updated_at"])
        if "agents" in data:
            tool.agents.set(agents)
    return tool


@transaction.atomic
def renew_secret(tool: Tool) -> str:
    """Replace a tool's secret and return the new one. It cannot be read again; the old one is no longer used."""
    secret = new_secret()
    row = Tool.objects.select_for_update(no_key=True).get(pk=tool.pk)
    row.secret = secret
    row.save(update_fields=["secret", "updated_at"])
    return secret


def delete_tool(tool: Tool) -> None:
    """Delete a tool. Raise `Conflict` that names the agents if any uses it."""
    delete_unused(tool, "tool_in_use", "tool", "Take it from them first.")


def with_reusable(agent: Agent) -> Agent:
    """Return a copy of an agent with its reusable tools among its `tools`. It must not be saved.

    A pinned revision may have a tool of the same name: that one is called.
    """
    if agent._state.adding or "tools" not in PROVIDERS[agent.ai_provider].uses:
        return agent
    own = {tool["name"] for tool in agent.tools}
    if not (more := [tool for tool in agent.reusable if tool["name"] not in own]):
        return agent
    complete = copy(agent)
    complete.tools = [*agent.tools, *more]
    return complete


def secret_of(tool: Mapping[str, Any]) -> str | None:
    """Return the secret of a reusable tool in the form of `Tool.as_own`; None if it has no secret for this URL."""
    row = Tool.objects.filter(pk=tool["id"], url=tool["url"]).only("secret").first()
    return row.secret if row else None


def check_own_tools(agent: Agent, problems: Problems) -> None:
    """Note an agent's own tools that clash with its reusable ones, or are too many with them."""
    if agent._state.adding or "tools" in problems:
        return
    names = {tool["name"] for tool in agent.reusable}
    for place, tool in enumerate(agent.tools):
        if tool["name"] in names:
            words = f"{tool['name']} is a tool of the workspace that this agent uses. Choose another name."
            problems.add("tools", f"[{place}].name: {words}", "name_taken")
    if len(agent.tools) + len(names) > MOST_TOOLS:
        words = f"An agent has at most {MOST_TOOLS} tools, with the {len(names)} reusable ones that it uses."
        problems.add("tools", words, "too_many")


def _assign(tool: Tool, data: Mapping[str, Any]) -> list[str]:
    if data.get("secret") == "":
        data = {**data, "secret": None}
    return assign(tool, data, FIELDS)


def _agents(tool: Tool, given: Sequence[Agent | UUID], problems: Problems, at: str = "agents") -> list[Agent]:
    """Return the agents, locked. Note what keeps one from using the tool, at its place in `agents` or at the name."""
    keys = ids_of(given)
    rows = Agent.objects.filter(workspace=tool.workspace_id, pk__in=keys).defer("provider_key").order_by("pk")
    known = {agent.pk: agent for agent in rows.select_for_update(no_key=True, of=("self",))}
    others = Count("reusable_tools", filter=~Q(reusable_tools=tool.pk))
    counts = dict(Agent.objects.filter(pk__in=known).annotate(others=others).values_list("pk", "others"))
    for place, key in enumerate(keys):
        path = f"{at}[{place}]" if at == "agents" else at
        if (agent := known.get(key)) is None:
            problems.add(path, UNKNOWN, "unknown_agent")
        elif any(own["name"] == tool.name for own in agent.tools):
            words = f"{agent.name} has a tool {tool.name} of its own. Rename or remove one of them."
            problems.add(path, words, "name_taken")
        elif at == "agents" and (words := no_tools(agent)):
            problems.add(path, words, "provider")
        elif at == "agents" and len(agent.tools) + counts[key] >= MOST_TOOLS:
            problems.add(path, f"{agent.name} has {MOST_TOOLS} tools, the maximum.", "too_many")
    return list(known.values())
