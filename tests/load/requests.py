"""API requests over HTTP to the production server, against bare views of the same answers and against `/healthz`."""

import http.client
import json
import os
import pickle
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.choices import Scope
from accounts.services.keys import create_api_key
from accounts.services.workspaces import create_workspace
from tests.calls.conftest import Line as Phone
from tests.calls.conftest import make_line
from tests.live.process import Missing, Process, answers, free_port
from tests.live.servers import RedisServer
from tests.load.bare_api import PLAN, Plan
from tests.load.replay import Recorder, Statement, identifiers
from tests.load.report import Line, say

REQUESTS = 96  # of each side a repeat
CONNECTIONS = (1, 16)
ROWS = 300  # trunks, numbers and calls that stand before
TRUNKS, NUMBERS, CALLS = "/v1/telephony/trunks", "/v1/telephony/numbers", "/v1/calls"
# The target to the bare view, and what a Node.js API of the same kind took in multiples of our /healthz.
TARGETS = {
    "read": (1.8, 1.05), "create": (2.0, 3.7), "update": (1.8, 2.0), "add number": (1.8, 1.7), "call": (1.8, 2.2),
    "list trunks": (1.8, 5.5), "list numbers": (1.8, 4.1), "list calls": (1.8, None), "delete": (1.8, 2.5),
}  # fmt: skip
# One statement for an answer: a row as JSON, with its relations as JSON arrays.
TRUNK = """(to_jsonb(t) - 'auth_password' || jsonb_build_object(
    'gateways', (SELECT jsonb_agg(to_jsonb(g)) FROM telephony_gateway g WHERE g.trunk_id = t.id),
    'objects', (SELECT jsonb_agg(to_jsonb(o)) FROM telephony_livekitobject o WHERE o.trunk_id = t.id),
    'numbers', (SELECT jsonb_agg(to_jsonb(n)) FROM telephony_phonenumber n WHERE n.trunk_id = t.id)))"""
PAGE = "WHERE {0}.workspace_id = %s ORDER BY {0}.created_at DESC, {0}.id DESC LIMIT 51"
READ = f"SELECT {TRUNK}::text FROM telephony_trunk t WHERE t.id = %s"
LIST_TRUNKS = f"SELECT json_agg(x)::text FROM (SELECT {TRUNK} FROM telephony_trunk t {PAGE.format('t')}) x"
LIST_NUMBERS = f"SELECT json_agg(n)::text FROM (SELECT * FROM telephony_phonenumber n {PAGE.format('n')}) n"
LIST_CALLS = f"""SELECT json_agg(x)::text FROM (SELECT c.*, (SELECT json_agg(a) FROM calls_attempt a
    WHERE a.call_id = c.id) FROM calls_call c {PAGE.format("c")}) x"""

counter = count(1)


@dataclass
class Server:
    """A base URL's port, and the key that it asks for."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)

    def asked(self, requests: list[tuple[str, str, Any]], connections: int) -> tuple[list[float], list[Any]]:
        """Send requests over so many connections; return the seconds of each and the answers."""
        shares = [requests[place::connections] for place in range(connections)]
        with ThreadPoolExecutor(connections) as pool:
            parts = [one for share in pool.map(self._one_by_one, shares) for one in share]
        return [taken for taken, _ in parts], [answer for _, answer in parts]

    def _one_by_one(self, requests: list[tuple[str, str, Any]]) -> list[tuple[float, Any]]:
        link, results = http.client.HTTPConnection("127.0.0.1", self.port), []
        link.connect()
        for method, path, body in requests:
            start = time.perf_counter()
            link.request(method, path, json.dumps(body) if body else None, self.headers)
            answer = link.getresponse()
            content = answer.read()
            results.append((time.perf_counter() - start, json.loads(content) if content else None))
            assert answer.status < 300, content
        link.close()
        return results


class Cases:
    """The requests by name. What a creation made is what a later deletion takes."""

    def __init__(self, phone: Phone, trunk: UUID, numbered: UUID) -> None:
        self.phone, self.trunk, self.numbered = phone, trunk, numbered
        self.made: list[str] = []

    def body(self, name: str) -> dict[str, Any] | None:
        turn = next(counter)
        gateway = {"ipOrDomain": "198.51.100.7", "port": 5060, "protocol": "udp", "inbound": True, "outbound": True}
        login = {"authUsername": "user", "authPassword": "password"}
        bodies: dict[str, dict[str, Any]] = {
            "create": {"name": f"Trunk {turn}", "gateways": [gateway], **login},
            "update": {"name": f"Out {turn}"},
            "add number": {"number": f"+4420{turn:08d}", "trunkId": str(self.numbered)},
            "call": {
                "to": f"+120255{turn % 100_000:05d}", "from": self.phone.number.number,
                "agentId": str(self.phone.agent.pk),
            },
        }  # fmt: skip
        return bodies.get(name)

    def request(self, name: str) -> tuple[str, str, Any]:
        """Return method, path and body."""
        one = f"{TRUNKS}/{self.trunk}"
        places: dict[str, tuple[str, Callable[[], str]]] = {
            "read": ("GET", lambda: one), "update": ("PATCH", lambda: one),
            "delete": ("DELETE", lambda: f"{TRUNKS}/{self.made.pop()}"),
            "create": ("POST", lambda: TRUNKS), "add number": ("POST", lambda: NUMBERS),
            "call": ("POST", lambda: CALLS), "list trunks": ("GET", lambda: TRUNKS),
            "list numbers": ("GET", lambda: NUMBERS), "list calls": ("GET", lambda: CALLS),
        }  # fmt: skip
        method, path = places[name]
        return method, path(), self.body(name)


def plans(cases: Cases, key: str) -> dict[str, Plan]:
    """Record in this process what the bare views send."""
    from django.test import Client

    client = Client(headers={"authorization": f"Bearer {key}"})
    trunk, workspace = cases.trunk, cases.phone.workspace.pk
    selects = {
        "read": (READ, [trunk]), "update": (READ, [trunk]), "list trunks": (LIST_TRUNKS, [workspace]),
        "list numbers": (LIST_NUMBERS, [workspace]), "list calls": (LIST_CALLS, [workspace]),
    }  # fmt: skip
    found: dict[str, Plan] = {}
    for name in TARGETS:
        turns: list[list[Statement]] = []
        for _ in range(2):
            method, path, body = cases.request(name)
            recorder = Recorder()
            with connection.execute_wrapper(recorder):
                answer = client.generic(method, path, json.dumps(body or {}), "application/json")
            assert answer.status_code < 300, answer.content
            turns.append(recorder.statements)
            if name == "create":
                cases.made.append(answer.json()["id"])
        known = identifiers(turns[0]) & identifiers(turns[1])
        reads: list[Statement] = [selects[name]] if name in selects else []
        found[name] = Plan(reads, writes(turns[1]), body or {}, known, name == "create", name == "delete")
    return found


def writes(statements: list[Statement]) -> list[Statement]:
    """Return the statements that write, each table's once."""
    kept: dict[str, Statement] = {}
    for sql, params in statements:
        verb, *words = sql.split()
        if verb in {"INSERT", "UPDATE", "DELETE", "NOTIFY"}:
            kept.setdefault(f"{verb} {next((word for word in words if word[0] == chr(34)), '')}", (sql, params))
    return list(kept.values())


@contextmanager
def serving(folder: Path, application: str, env: dict[str, str]) -> Iterator[int]:
    """Run gunicorn as `make run` does: one process of eight threads."""
    port = free_port()
    argv = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    argv += ["--threads", "8", "--no-control-socket", "--log-level", "warning"]
    log = folder / f"{application.split(':')[0]}.log"
    process = Process(argv, log, ready=lambda: answers(port), env={**os.environ, **env})
    process.start()
    try:
        yield port
    finally:
        process.stop()


def prepared() -> tuple[Cases, str]:
    """Return the cases of a workspace with rows to list, and its key."""
    from telephony.services.numbers import add_number
    from telephony.services.trunks import create_trunk

    workspace = create_workspace("Requests")
    phone = make_line(workspace, "+12025550177")
    rows = []
    for turn in range(ROWS):
        trunk = create_trunk(workspace, {"name": f"Row {turn}", "gateways": [{"ip_or_domain": "198.51.100.8"}]})
        add_number(trunk, f"+4930{turn:07d}")
        phone.place()
        rows.append(trunk.pk)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Cases(phone, rows[0], rows[1]), create_api_key(workspace, "benchmark", [Scope.WORKSPACE_ADMIN])[1]


def measure(folder: Path, repeats: int) -> list[Line]:
    """Time each request, its bare view and `/healthz` in turn."""
    if connection.vendor != "postgresql":
        say("requests: skipped, they need PostgreSQL")
        return []
    say(f"sending {REQUESTS} requests of each kind a repeat ...")
    with ExitStack() as running:
        try:
            redis = RedisServer(folder)
        except Missing as missing:
            say(f"requests: skipped ({missing})")
            return []
        running.callback(redis.stop)
        redis.start()
        cases, key = prepared()
        plan = folder / "plan"
        plan.write_bytes(pickle.dumps(plans(cases, key)))
        env = {"CELERY_BROKER_URL": redis.url, "API_RATE_LIMIT": "60000"}  # the default
        env["DJANGO_SETTINGS_MODULE"] = "voxa.settings"
        own = running.enter_context(serving(folder, "voxa.wsgi", env))
        bare = running.enter_context(serving(folder, "tests.load.bare_api:application()", {PLAN: str(plan)}))
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        servers = Server(own, headers), Server(bare)
        return [line for connections in CONNECTIONS for line in compared(cases, *servers, connections, repeats)]


def compared(cases: Cases, own: Server, bare: Server, connections: int, repeats: int) -> Iterator[Line]:
    """Return a line for each request, from interleaved repeats; the first warms up."""
    mine: dict[str, list[list[float]]] = {name: [] for name in TARGETS}
    floor: dict[str, list[list[float]]] = {name: [] for name in TARGETS}
    health: list[float] = []
    for _ in range(repeats + 1):
        health.append(statistics.median(own.asked([("GET", "/healthz", None)] * REQUESTS, connections)[0]))
        for name in TARGETS:
            requests = [cases.request(name) for _ in range(REQUESTS)]
            times, results = own.asked(requests, connections)
            mine[name].append(times)
            if name == "create":
                cases.made += [one["id"] for one in results]
            views = [("POST", f"/bare/{name.replace(' ', '-')}", cases.body(name)) for _ in range(REQUESTS)]
            floor[name].append(bare.asked(views, connections)[0])
    probe = statistics.median(health[1:])
    for name in TARGETS:
        yield line(name, connections, mine[name][1:], floor[name][1:], probe)


def line(name: str, connections: int, mine: list[list[float]], floor: list[list[float]], probe: float) -> Line:
    target, peer = TARGETS[name]
    ratios = [statistics.median(a) / statistics.median(b) for a, b in zip(mine, floor, strict=True)]
    ratio = statistics.median(ratios)

    def words(runs: list[list[float]]) -> str:
        every = sorted(one for run in runs for one in run)
        return f"p50 {1000 * statistics.median(every):.1f} p95 {1000 * every[int(len(every) * 0.95)]:.1f} ms"

    middle = statistics.median(statistics.median(run) for run in mine) / probe
    others = f"{middle:.2f} of /healthz ({1000 * probe:.1f} ms)" + (f", peer {peer}" if peer else "")
    detail = f"{min(ratios):.2f} to {max(ratios):.2f}, {words(mine)}, bare {words(floor)}, {others}"
    return Line(f"{name}, {connections} connections", ratio, f"<= {target}", ratio <= target, detail)
