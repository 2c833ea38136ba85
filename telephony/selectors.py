"""Queries of telephony, always within one workspace."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import Workspace
from telephony.called_numbers import number_called
from telephony.choices import AgentDirection, ObjectKind
from telephony.models import (
    Agent,
    AnalysisTemplate,
    Gateway,
    KnowledgeSource,
    LiveKitAlias,
    LiveKitObject,
    LiveKitProject,
    McpServer,
    PhoneNumber,
    ProviderKey,
    SipEndpoint,
    TelephonySettings,
    Tool,
    Trunk,
)
from telephony.trunk_parts import Parts
from voxa.core.phone_numbers import or_none
from voxa.core.statements import Asked, Fixed, JsonRows

_NUMBERS_SHOWN = PhoneNumber.objects.only("id", "number", "agent_id", "trunk_id").order_by("number")
NUMBERS_IN_LIST, NUMBERS_OF_ONE = 100, 1_000  # that the API shows with a trunk
SHOWN_OF_GATEWAYS = ("ip_or_domain", "port", "netmask", "protocol", "inbound", "outbound", "priority")
_SHOWN_OF_OBJECTS = ("kind", "source_id", "livekit_id")
_SHOWN_OF_NUMBERS = ("id", "number", "agent_id")


@dataclass(frozen=True, slots=True)
class LiveKitIds:
    """The LiveKit ids of a trunk; None for objects that do not exist yet."""

    inbound: str | None
    outbound: str | None
    rule: str | None


def trunks(workspace: Workspace) -> QuerySet[Trunk]:
    """Return a workspace's trunks without passwords, whose decryption would cost more than the query."""
    return Trunk.objects.filter(workspace=workspace).defer("auth_password")


def trunks_in_full(workspace_id: UUID, numbers_each: int) -> QuerySet[Trunk]:
    """Return trunks for `parts_of`, with at most so many numbers each: in one query on PostgreSQL, four on SQLite."""
    rows = Trunk.objects.filter(workspace=workspace_id).defer("auth_password")
    if connection.vendor == "postgresql":
        return rows.annotate(
            gateway_rows=JsonRows(Gateway.objects.filter(trunk=OuterRef("pk")).values("id", *SHOWN_OF_GATEWAYS)),
            object_rows=JsonRows(LiveKitObject.objects.filter(trunk=OuterRef("pk")).values(*_SHOWN_OF_OBJECTS)),
            number_rows=JsonRows(_NUMBERS_SHOWN.filter(trunk=OuterRef("pk")).values(*_SHOWN_OF_NUMBERS)[:numbers_each]),
        )
    numbers = Prefetch("numbers", _NUMBERS_SHOWN[:numbers_each], to_attr="numbers_shown")
    return rows.prefetch_related("gateways", "livekit_objects", numbers)


_in_full = Fixed(lambda workspace, pk: trunks_in_full(workspace, NUMBERS_OF_ONE).filter(pk=pk).order_by(), UUID, UUID)
# For a change, which the password may concern.
locked_in_full = Fixed(
    lambda workspace, pk: (
        trunks_in_full(workspace, NUMBERS_OF_ONE).defer(None).select_for_update(no_key=True).filter(pk=pk).order_by()
    ),
    UUID,
    UUID,
)


def find_in_full(workspace: Workspace, reference: str) -> Trunk | None:
    """Find a trunk as `find_trunk`, for `parts_of`, with its first numbers."""
    pk = uuid_of(reference) or getattr(find_trunk(workspace, reference), "pk", None)
    return _in_full.only(workspace.pk, pk) if pk else None


def transfer_trunks(workspace: Workspace) -> QuerySet[Trunk]:
    """Return the transfer trunks with their gateways."""
    return trunks(workspace).filter(for_transfers=True).prefetch_related("gateways")


def find_trunk(workspace: Workspace, reference: str) -> Trunk | None:
    """Find a trunk by its UUID, or by a current or former `ST_` id. Return None if there is none."""
    if "\x00" in reference:
        return None  # PostgreSQL text has no NUL: the query would fail
    if reference.startswith("ST_"):
        owned = LiveKitObject.objects.filter(livekit_id=reference, trunk__workspace=workspace)
        former = LiveKitAlias.objects.filter(livekit_id=reference, trunk__workspace=workspace)
        return trunks(workspace).filter(Q(pk__in=owned.values("trunk")) | Q(pk__in=former.values("trunk"))).first()
    pk = uuid_of(reference)
    return _one_trunk.only(workspace.pk, pk) if pk else None


def trunk_asked(workspace: Workspace, reference: str) -> list[Asked]:
    """Return what `find_trunk` asks for a UUID, for `read_ahead`."""
    pk = uuid_of(reference)
    return [(_one_trunk, (workspace.pk, pk))] if pk else []


_one_trunk = Fixed(
    lambda workspace, pk: Trunk.objects.filter(workspace=workspace, pk=pk).defer("auth_password").order_by(),
    UUID,
    UUID,
    shared=True,
)


def uuid_of(text: str) -> UUID | None:
    """Return the UUID that a text is, else None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def outbound_trunks(workspace: Workspace, carriers: Iterable[str]) -> list[tuple[Trunk, str]]:
    """Return provisioned trunks of these carriers with their outbound LiveKit ids, oldest first."""
    found = trunks(workspace).filter(carrier__in=list(carriers)).order_by("created_at", "id")
    shown = ((trunk, livekit_ids(trunk).outbound) for trunk in found.prefetch_related("gateways", "livekit_objects"))
    return [(trunk, livekit_id) for trunk, livekit_id in shown if livekit_id]


def find_transfer_trunk(workspace: Workspace, reference: str) -> Trunk | None:
    """Find a transfer trunk by any of its ids."""
    trunk = find_trunk(workspace, reference)
    return trunk if trunk and trunk.for_transfers else None


def endpoints(workspace: Workspace) -> QuerySet[SipEndpoint]:
    """Return a workspace's SIP endpoints with their agents, without secrets."""
    rows = SipEndpoint.objects.filter(workspace=workspace).select_related("agent", "workspace")
    return rows.defer("sip_password", "agent__provider_key")


def find_endpoint(workspace: Workspace, reference: str) -> SipEndpoint | None:
    """Find a SIP endpoint by its `conn_` id, or by a current or former `ST_` id."""
    if "\x00" in reference:
        return None  # PostgreSQL text has no NUL: the query would fail
    if reference.startswith("ST_"):
        owned = LiveKitObject.objects.filter(livekit_id=reference).values("endpoint")
        former = LiveKitAlias.objects.filter(livekit_id=reference).values("endpoint")
        return endpoints(workspace).filter(Q(pk__in=owned) | Q(pk__in=former)).first()
    named = re.fullmatch(r"conn_([0-9a-f]{32})", reference, re.ASCII)
    return endpoints(workspace).filter(pk=UUID(named[1])).first() if named else None


def livekit_ids(trunk: Trunk, parts: Parts | None = None) -> LiveKitIds:
    """Return a trunk's LiveKit ids."""
    return ids_of(trunk.pk, parts or Parts(trunk.gateways.all(), trunk.livekit_objects.all(), ()))


def ids_of(trunk: UUID | str, parts: Parts) -> LiveKitIds:
    """Return the LiveKit ids of a trunk by its parts. The outbound id is that of the first outbound gateway."""
    found = {(one.kind, str(one.source_id)): one.livekit_id or None for one in parts.objects}
    if not found:
        return LiveKitIds(None, None, None)
    first = next((gateway.id for gateway in parts.gateways if gateway.outbound), None)
    own = str(trunk)
    return LiveKitIds(
        inbound=found.get((ObjectKind.INBOUND, own)),
        outbound=found.get((ObjectKind.OUTBOUND, str(first))) if first else None,
        rule=found.get((ObjectKind.RULE, own)),
    )


def numbers(workspace: Workspace | UUID) -> QuerySet[PhoneNumber]:
    """Return a workspace's phone numbers."""
    return PhoneNumber.objects.filter(workspace=workspace).defer("assistant_request_secret")


def find_called(trunk: Trunk, called: str) -> PhoneNumber | None:
    """Return the trunk's number that a call is for, given in the carrier's format."""
    alike = PhoneNumber.objects.select_related("agent").filter(trunk=trunk, number__endswith=called[-6:])
    found = {row.number: row for row in alike}
    number = number_called(called, found, trunk.called_number_format)
    number = number or or_none(called, trunk.number_country, plus_may_be_lost=True)
    return found.get(number) if number else None


def stand_ins() -> QuerySet[Agent]:
    """Return the default agents: the one that a workspace chose, or its only one that can answer."""
    able = Agent.objects.filter(active=True, direction__in=[AgentDirection.INBOUND, AgentDirection.BOTH])
    made = TelephonySettings.objects.filter(workspace=OuterRef("workspace"), default_agent__isnull=False)
    others = able.filter(workspace=OuterRef("workspace")).exclude(pk=OuterRef("pk"))
    chosen = Exists(made.filter(default_agent=OuterRef("pk")))
    return able.filter(chosen | (~Exists(made) & ~Exists(others)))


def answering_agent(number: PhoneNumber | None, workspace_id: UUID) -> Agent | None:
    """Return the agent that answers a number: its own active agent, else the default agent."""
    if number is not None and number.agent is not None and number.agent.active:
        return number.agent
    return stand_ins().filter(workspace=workspace_id).first()


def unanswered(rows: QuerySet[PhoneNumber]) -> QuerySet[PhoneNumber]:
    """Filter for numbers without an `answering_agent`."""
    return rows.exclude(agent__active=True).exclude(Exists(stand_ins().filter(workspace=OuterRef("workspace"))))


def callable_numbers(rows: QuerySet[PhoneNumber]) -> QuerySet[PhoneNumber]:
    """Filter for numbers that can be called. The others are caller IDs only: their trunks have no inbound gateway."""
    return rows.filter(trunk__in=Gateway.objects.filter(inbound=True).values("trunk"))


def agents(workspace: Workspace) -> QuerySet[Agent]:
    """Return a workspace's agents without provider keys."""
    return _agents(workspace.pk)


def knowledge(workspace: Workspace) -> QuerySet[KnowledgeSource]:
    """Return a workspace's knowledge sources with the ids of their agents."""
    of_agents = Agent.objects.filter(workspace=workspace).only("id").order_by("created_at", "id")
    return KnowledgeSource.objects.filter(workspace=workspace).prefetch_related(Prefetch("agents", of_agents))


def tools(workspace: Workspace) -> QuerySet[Tool]:
    """Return a workspace's reusable tools without their secrets, with the ids of their agents."""
    of_agents = Agent.objects.filter(workspace=workspace).only("id").order_by("created_at", "id")
    rows = Tool.objects.filter(workspace=workspace).defer("secret").annotate(has_secret=Q(secret__isnull=False))
    return rows.prefetch_related(Prefetch("agents", of_agents))


def mcp_servers(workspace: Workspace) -> QuerySet[McpServer]:
    """Return a workspace's MCP servers without their headers, with the ids of their agents."""
    of_agents = Agent.objects.filter(workspace=workspace).only("id").order_by("created_at", "id")
    rows = McpServer.objects.filter(workspace=workspace).defer("headers", "session_id")
    return rows.annotate(has_headers=Q(headers__isnull=False)).prefetch_related(Prefetch("agents", of_agents))


def analysis_templates(workspace: Workspace) -> QuerySet[AnalysisTemplate]:
    """Return a workspace's analysis templates with the ids of their agents."""
    of_agents = Agent.objects.filter(workspace=workspace).only("id", "analysis_template").order_by("created_at", "id")
    return AnalysisTemplate.objects.filter(workspace=workspace).prefetch_related(Prefetch("agents", of_agents))


def provider_keys(workspace: Workspace) -> QuerySet[ProviderKey]:
    """Return a workspace's provider keys without the keys themselves, each with its number of agents."""
    rows = ProviderKey.objects.filter(workspace=workspace).defer("key")
    return rows.annotate(agent_count=Count("agents"))


def find_agent(workspace: Workspace, pk: UUID) -> Agent | None:
    """Return one of `agents`."""
    return _one_agent.only(workspace.pk, pk)


def agent_asked(workspace: Workspace, pk: UUID) -> Asked:
    """Return what `find_agent` asks, for `read_ahead`."""
    return _one_agent, (workspace.pk, pk)


def _agents(workspace_id: UUID) -> QuerySet[Agent]:
    has_key = Q(provider_key__isnull=False)
    return Agent.objects.filter(workspace=workspace_id).defer("provider_key").annotate(has_provider_key=has_key)


_one_agent = Fixed(lambda workspace, pk: _agents(workspace).filter(pk=pk).order_by(), UUID, UUID, shared=True)


def projects_of(workspaces: Iterable[UUID]) -> QuerySet[LiveKitProject]:
    """Return the LiveKit projects of these workspaces. Without telephony settings it is the default project."""
    chosen = TelephonySettings.objects.filter(workspace__in=workspaces)
    undecided = Workspace.objects.filter(pk__in=workspaces, telephony_settings=None)
    return LiveKitProject.objects.filter(Q(pk__in=chosen.values("project")) | Q(Exists(undecided), is_default=True))


def projects_with_key(key: str) -> list[LiveKitProject]:
    """Return the LiveKit projects of an API key: more than one if servers share the key."""
    own = list(LiveKitProject.objects.filter(is_default=False, api_key=key).exclude(api_key=""))
    ours = bool(key) and key == settings.LIVEKIT_API_KEY
    return [LiveKitProject.default(), *own] if ours else own
