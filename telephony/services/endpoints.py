"""Create, change and delete SIP endpoints."""

import secrets
import string
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import Workspace
from agents.providers import PROVIDERS
from telephony.models import Agent, SipEndpoint
from telephony.models.agent import CHECK_FIELDS
from telephony.services.agent_keys import with_keys
from telephony.services.agents import CREDENTIALS, KEY_AGAIN, build_agent, needs_key_again, update_agent
from telephony.services.agents import FIELDS as AGENT_FIELDS
from telephony.services.errors import Problems, conflicts_named, username_taken
from telephony.services.provider_checks import check_now
from telephony.services.rows import assign
from telephony.sync.kinds import ENDPOINTS
from telephony.sync.request import request_sync
from voxa.core.destinations import GIVEN_FOR_ANOTHER

FIELDS = ("name", "sip_username", "sip_password")
_ALPHABET = string.ascii_letters + string.digits


def create_endpoint(
    workspace: Workspace,
    data: Mapping[str, Any],
    agent_data: Mapping[str, Any],
    *,
    problems: Problems | None = None,
) -> SipEndpoint:
    """Create a SIP endpoint with its agent, from field names of the two models. Never call it in a transaction.

    Local rules are checked first, then that the username is free. The AI provider is asked last, so that
    it gets no key of a request that fails anyway. Raise `ValidationError` with every wrong field, `Conflict`
    (`sip_username_taken`) and `ProviderRefused`.
    """
    problems = Problems() if problems is None else problems
    agent = build_agent(workspace, agent_data, problems)
    _require(agent, agent.ai_provider, problems)
    endpoint = _build(workspace, agent, data, problems)
    problems.raise_any()
    _refuse_taken(endpoint)
    check_now(agent)
    with conflicts_named():
        agent.save(force_insert=True)
        endpoint.save(force_insert=True)
    return endpoint


def connect_agent(agent: Agent, data: Mapping[str, Any]) -> SipEndpoint:
    """Create a SIP endpoint for an existing agent.

    Raise `ValidationError` with every wrong field, and `Conflict` (`sip_username_taken`, `agent_taken`).
    """
    problems = Problems()
    endpoint = _build(agent.workspace, agent, data, problems)
    problems.raise_any()
    with conflicts_named():
        endpoint.save(force_insert=True)
    return endpoint


def update_endpoint(
    endpoint: SipEndpoint,
    data: Mapping[str, Any],
    agent_data: Mapping[str, Any] | None = None,
    *,
    problems: Problems | None = None,
) -> SipEndpoint:
    """Change an endpoint by `data` and its agent by `agent_data`; return the row. Never call it in a transaction.

    Credentials in the data are checked with the provider. Raise `SipEndpoint.DoesNotExist` if it was deleted,
    else as `create_endpoint`.
    """
    problems = Problems() if problems is None else problems
    agent_data = with_keys(endpoint.workspace_id, agent_data or {}, problems)
    draft = SipEndpoint(workspace=endpoint.workspace, agent=endpoint.agent)
    problems.check(draft, assign(draft, data, FIELDS))
    checked = _checked(endpoint, agent_data, problems)
    with conflicts_named():
        locked = SipEndpoint.objects.select_for_update(no_key=True, of=("self",)).select_related("agent")
        row = locked.get(pk=endpoint.pk)
        if agent_data:
            update_agent(row.agent, agent_data)
        Agent.objects.filter(pk=row.agent_id).update(**checked)
        changed = assign(row, data, FIELDS)
        if changed:
            row.save(update_fields=[*changed, "updated_at"])
    return row


def _checked(endpoint: SipEndpoint, agent_data: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """Check the changes of the agent; return the provider's result as model fields."""
    asked = Agent.objects.get(sip_endpoint=endpoint.pk)
    if needs_key_again(asked, agent_data):
        problems.add("provider_key", KEY_AGAIN, GIVEN_FOR_ANOTHER)
    assign(asked, agent_data, AGENT_FIELDS)
    problems.check(asked, [name for name in AGENT_FIELDS if name in agent_data])
    _require(asked, asked.ai_provider, problems, only=agent_data)
    problems.raise_any()
    if not CREDENTIALS & set(agent_data):
        return {"updated_at": F("updated_at")}
    asked.provider_check_failures = 0
    check_now(asked)
    return {name: getattr(asked, name) for name in CHECK_FIELDS}


@transaction.atomic
def provision_endpoint(endpoint: SipEndpoint) -> None:
    """Sync an endpoint again, even after a permanent failure."""
    request_sync(endpoint.pk, ENDPOINTS)


@transaction.atomic
def rotate_password(endpoint: SipEndpoint) -> str:
    """Set and return a new password; it cannot be read again. The old one ends with the next sync.

    Raise `SipEndpoint.DoesNotExist` if it was deleted.
    """
    row = SipEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    password = row.sip_password = new_password()
    row.save(update_fields=["sip_password", "updated_at"])
    return password


@transaction.atomic
def delete_endpoint(endpoint: SipEndpoint, *, with_agent: bool) -> None:
    """Delete an endpoint, and its agent unless that also answers phone numbers."""
    row = SipEndpoint.objects.select_for_update(of=("self",)).select_related("agent").filter(pk=endpoint.pk).first()
    if row is None:
        return
    agent = row.agent
    row.delete()
    if with_agent and not agent.numbers.exists():
        agent.delete()


def new_password() -> str:
    """Return 24 random letters and digits: 142 bits, safe for every phone system."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(24))


def _build(workspace: Workspace, agent: Agent, data: Mapping[str, Any], problems: Problems) -> SipEndpoint:
    endpoint = SipEndpoint(workspace=workspace, agent=agent)
    assign(endpoint, data, FIELDS)
    problems.check(endpoint, FIELDS)
    return endpoint


def _require(agent: Agent, provider: str, problems: Problems, only: Collection[str] | None = None) -> None:
    """Add an error for each required field of the provider that is empty; `only` limits the fields."""
    for name in PROVIDERS[provider].lacks(agent) if provider in PROVIDERS else ():
        if only is None or name in only:
            problems.add(name, "This AI provider requires a value.", "required")


def _refuse_taken(endpoint: SipEndpoint) -> None:
    """Raise `Conflict` if the username is taken. The constraint decides; this saves a request to the provider."""
    named_so = SipEndpoint.objects.filter(workspace=endpoint.workspace, sip_username__iexact=endpoint.sip_username)
    if named_so.exists():
        raise username_taken()
