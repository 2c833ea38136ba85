"""SIP endpoints: an agent and the address and credentials by which a carrier reaches it."""

import secrets
import string
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import Workspace
from telephony.choices import AiProvider
from telephony.models import Agent, SipEndpoint
from telephony.models.agent import CHECK_FIELDS
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
_NEEDS: dict[str, tuple[str, ...]] = {
    AiProvider.OPENAI: ("provider_key",),
    AiProvider.ELEVENLABS: ("provider_key", "provider_agent_id"),
    AiProvider.CUSTOM: ("custom_endpoint",),
}


def create_endpoint(
    workspace: Workspace,
    data: Mapping[str, Any],
    agent_data: Mapping[str, Any],
    *,
    problems: Problems | None = None,
) -> SipEndpoint:
    """Create a SIP endpoint with an agent of its own, from field names of the two models. Not in a transaction.

    What Voxa can tell by itself is checked first, then that the username is free, and the AI provider is asked last:
    it sees no key of a request that fails anyway. Raises ValidationError with every wrong field, Conflict
    (`sip_username_taken`) and ProviderRefused.
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
    """Return an agent that is there a SIP endpoint.

    Raises ValidationError with every wrong field, and Conflict (`sip_username_taken`, `agent_taken`).
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
    """Change what `data` names of an endpoint and `agent_data` of its agent; return the row. Not in a transaction.

    The provider is asked again about credentials that are named. Raises SipEndpoint.DoesNotExist if it was deleted
    meanwhile, and as `create_endpoint`.
    """
    problems, agent_data = Problems() if problems is None else problems, agent_data or {}
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
    """Check what is to be changed of the agent; return what its provider said, as the fields that keep it."""
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
    """Bring LiveKit in step with an endpoint again, also after a failure that stopped further tries."""
    request_sync(endpoint.pk, ENDPOINTS)


@transaction.atomic
def rotate_password(endpoint: SipEndpoint) -> str:
    """Return an endpoint a new password and answer it, the only time. The old one ends with the next sync.

    Raises SipEndpoint.DoesNotExist if it was deleted meanwhile.
    """
    row = SipEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    password = row.sip_password = new_password()
    row.save(update_fields=["sip_password", "updated_at"])
    return password


@transaction.atomic
def delete_endpoint(endpoint: SipEndpoint, *, with_agent: bool) -> None:
    """Delete an endpoint; with its agent and the provider's key, unless phone numbers are answered by that too."""
    row = SipEndpoint.objects.select_for_update(of=("self",)).select_related("agent").filter(pk=endpoint.pk).first()
    if row is None:
        return
    agent = row.agent
    row.delete()
    if with_agent and not agent.numbers.exists():
        agent.delete()


def new_password() -> str:
    """Return 24 random letters and digits: 142 bits, and nothing that a phone system might stumble over."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(24))


def _build(workspace: Workspace, agent: Agent, data: Mapping[str, Any], problems: Problems) -> SipEndpoint:
    endpoint = SipEndpoint(workspace=workspace, agent=agent)
    assign(endpoint, data, FIELDS)
    problems.check(endpoint, FIELDS)
    return endpoint


def _require(agent: Agent, provider: str, problems: Problems, only: Collection[str] | None = None) -> None:
    """Note what the agent's provider needs and it does not have; `only` of these fields."""
    for name in _NEEDS.get(provider, ()):
        if (only is None or name in only) and not getattr(agent, name):
            problems.add(name, "This AI provider needs it.", "required")


def _refuse_taken(endpoint: SipEndpoint) -> None:
    """Raise Conflict where the username is taken. The constraint decides; this only comes before the provider."""
    named_so = SipEndpoint.objects.filter(workspace=endpoint.workspace, sip_username__iexact=endpoint.sip_username)
    if named_so.exists():
        raise username_taken()
