"""Agents that use what a workspace stores for several: tools, MCP servers, knowledge, keys, analysis templates."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Count, Model, Q, QuerySet

from accounts.models import Workspace
from agents.providers import PROVIDERS
from telephony.models import Agent
from telephony.services.errors import Conflict, Problems, conflicts_named

NAMED = 5
UNKNOWN = "The workspace has no agent with this id."
M = TypeVar("M", bound=Model)


def no_tools(agent: Agent) -> str:
    """Return why an agent cannot use what is offered as a tool, empty if it can."""
    if "tools" in PROVIDERS[agent.ai_provider].uses:
        return ""
    return f"{agent.name} is a custom bot, which has no tools. Choose another agent."


def ids_of(given: Sequence[Agent | UUID]) -> list[UUID]:
    return [one.pk if isinstance(one, Agent) else one for one in given]


def chosen_agents(
    row: Any, relation: str, given: Sequence[Agent | UUID], problems: Problems, most: int, noun: str
) -> list[Agent]:
    """Return the agents for a row, at their places in `agents` noting those that are unknown or cannot use it.

    `relation` is the agent's name of such rows, of which it may use `most`.
    """
    keys = ids_of(given)
    others = Count(relation, filter=~Q(**{relation: row.pk}))
    rows = Agent.objects.filter(workspace=row.workspace_id, pk__in=keys).annotate(others=others)
    known = {agent.pk: agent for agent in rows.defer("provider_key")}
    for place, key in enumerate(keys):
        path = f"agents[{place}]"
        if (agent := known.get(key)) is None:
            problems.add(path, UNKNOWN, "unknown_agent")
        elif words := no_tools(agent):
            problems.add(path, words, "provider")
        elif agent.others >= most:
            problems.add(path, f"{agent.name} has {most} {noun}, the maximum.", "too_many")
    return list(known.values())


def lock_for_another(model: type[Model], workspace: Workspace, most: int, code: str, words: str) -> None:
    """Lock the workspace, so that rows are added one by one. Raise `Conflict` if it has `most` of the model."""
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    if model._default_manager.filter(workspace=workspace).count() >= most:
        raise Conflict(code, words)


def chosen_row(model: type[M], workspace_id: UUID, wanted: M | UUID) -> M | None:
    """Return a row of the workspace that an agent is to use; in a transaction it stays as it is until that ends."""
    rows: Any = model._default_manager.filter(workspace=workspace_id, pk=getattr(wanted, "pk", wanted))
    if connection.in_atomic_block:
        rows = rows.select_for_update(no_key=True)
    found: M | None = rows.first()
    return found


def _its_agents(row: Any) -> QuerySet[Agent]:
    agents: QuerySet[Agent] = row.agents.all()
    return agents


def delete_unused(
    row: Model, code: str, noun: str, remedy: str, users: Callable[[Any], QuerySet[Agent]] = _its_agents
) -> None:
    """Delete a row. Raise `Conflict` that names the agents if any uses it."""
    with conflicts_named():
        locked = type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
        if locked is not None:
            refuse_in_use(users(locked), code, noun, remedy)
            locked.delete()


def refuse_in_use(agents: QuerySet[Agent], code: str, noun: str, remedy: str) -> None:
    """Raise `Conflict` that names the agents, if there are any."""
    names = list(agents.order_by("name", "pk").values_list("name", flat=True))
    if names:
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        raise Conflict(code, f"Agents use this {noun}: {', '.join(names[:NAMED])}{more}. {remedy}")
