"""A list of 50 among very many calls, first page and deep page, filtered and not."""

import json
from dataclasses import dataclass
from urllib.parse import quote

from django.db import connection
from django.utils import timezone

from accounts.choices import Scope
from accounts.services.keys import create_api_key
from accounts.services.workspaces import create_workspace
from calls.models import Call
from telephony.models import Agent, LiveKitProject, Trunk
from telephony.services.agents import create_agent
from telephony.services.trunks import create_trunk
from tests.load.report import Line, interleaved, say
from tests.load.voxa import Voxa
from voxa.core.api.pagination import Cursor

LISTS = 20  # of each kind a repeat
DEEP = 0.9  # how far into the list
DEEP_TARGET = 1.5
OWN, RARE = "+442000000000", "+442000000001"
# Most calls are alike; one in 97 failed, one in 101 came in, one in 997 is another agent's, called from another number.
FILL = """
INSERT INTO calls_call (
    id, workspace_id, project_id, direction, status, reason, to_number, from_number, trunk_id, trunk_chosen, agent_id,
    max_duration_seconds, metadata, room_name, attempts_made, end_requested, fence, created_at, updated_at
)
SELECT gen_random_uuid(), %s, %s, CASE WHEN n %% 101 = 0 THEN 'inbound' ELSE 'outbound' END,
    CASE WHEN n %% 97 = 0 THEN 'failed' ELSE 'completed' END, '', '+49' || lpad((n %% 50000)::text, 9, '0'),
    CASE WHEN n %% 997 = 0 THEN %s ELSE %s END, %s, false, CASE WHEN n %% 997 = 0 THEN %s ELSE %s END::uuid,
    3600, '{}', 'call-' || n, 1, '', 1, %s - n * interval '1 second', %s
FROM generate_series(1, %s) AS n
"""


@dataclass(frozen=True)
class Filled:
    """A workspace with very many calls."""

    voxa: Voxa
    trunk: Trunk
    agent: Agent
    rare_agent: Agent

    def queries(self) -> dict[str, str]:
        """Return what is asked, by how the report names it."""
        return {
            "unfiltered": "",
            "status, most": "&status=completed",
            "status, few": "&status=failed",
            "direction, few": "&direction=inbound",
            "number, all": f"&number={quote(OWN)}",
            "number, few": f"&number={quote(RARE)}",
            "agent, few": f"&agentId={self.rare_agent.pk}",
            "trunk, all": f"&trunkId={self.trunk.pk}",
        }


def fill(calls: int) -> Filled:
    """Insert the calls past the services: only the reading is measured."""
    workspace, project = create_workspace("Calls"), LiveKitProject.default()
    trunk: Trunk = create_trunk(workspace, {"name": "Many", "gateways": [{"ip_or_domain": "198.51.100.9"}]})
    rare, agent = (create_agent(workspace, {"name": name}) for name in ("Rare", "Usual"))
    now = timezone.now()
    with connection.cursor() as cursor:
        values = (workspace.pk, project.pk, RARE, OWN, trunk.pk, rare.pk, agent.pk, now, now, calls)
        cursor.execute(FILL, values)
        cursor.execute("VACUUM ANALYZE calls_call")
    voxa = Voxa(create_api_key(workspace, "benchmark", [Scope.CALLS_READ])[1])
    return Filled(voxa, trunk, agent, rare)


def pages(filled: Filled, query: str, calls: int) -> tuple[str, str]:
    """Return the paths of the first page and of one far into what the filter finds."""
    place = Call.objects.order_by("-created_at", "-id")[int(calls * DEEP)]
    cursor = Cursor(False, place.created_at, place.pk).encode()
    first = f"/v1/calls?limit=50{query}"
    return first, f"{first}&cursor={cursor}"


def measure(calls: int, repeats: int) -> list[Line]:
    """Time each list's first and deep page in turn."""
    if connection.vendor != "postgresql":
        say("listing calls: left out, it is measured on PostgreSQL")
        return []
    say(f"listing 50 of {calls} calls ...")
    filled = fill(calls)
    paths = {name: pages(filled, query, calls) for name, query in filled.queries().items()}
    asked = [path for both in paths.values() for path in both]
    assert all(len(json.loads(filled.voxa.get(path))["results"]) == 50 for path in asked)
    works = [lambda path=path: [filled.voxa.get(path) for _ in range(LISTS)] for path in asked]
    times = [1000 * taken / LISTS for taken in interleaved(repeats, *works)]
    lines = []
    for name, first, deep in zip(paths, times[::2], times[1::2], strict=True):
        detail = f"{deep:.1f} ms deep, {first:.1f} ms first, {first / times[0]:.2f} of the unfiltered first"
        target = f"<= {DEEP_TARGET}"
        lines.append(Line(f"calls, {name}: deep to first", deep / first, target, deep / first <= DEEP_TARGET, detail))
    return lines
