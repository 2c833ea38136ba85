"""Voxa as it is deployed, for tests that speak to it from outside: HTTP and `manage.py`, nothing else."""

import itertools
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import httpx

from tests.live.databases import CHECKOUT, new_database
from tests.live.process import Process, answers, free_port, wait_until
from tests.live.servers import LiveKitEndpoint, LiveKitServer, RedisServer, Standing

CELERY = ("-m", "celery", "--app", "voxa")
TRUNKS = "/v1/telephony/trunks"
NUMBERS = "/v1/telephony/numbers"
# Two workspaces with a key each, made with the commands in one process; it prints their slugs and keys.
WORKSPACES = """
from io import StringIO
from django.core.management import call_command as run
for name in ("Acme", "Globex"):
    run("create_workspace", name, stdout=(slug := StringIO()))
    run("create_api_key", slug.getvalue().strip(), name="Tests", scope=["workspace:admin"], stdout=(key := StringIO()))
    print(slug.getvalue().strip(), key.getvalue().strip())
"""
names = itertools.count(1)


def new_name() -> str:
    """Return a name that no other trunk of this test run has."""
    return f"Carrier {next(names)}"


class Api:
    """One workspace's key, used over a real socket."""

    def __init__(self, installation: "Site", workspace: str, key: str) -> None:
        self.workspace, self.key, self.livekit = workspace, key, installation.livekit
        headers = {"Authorization": f"Bearer {key}"}
        self.http = httpx.Client(base_url=installation.url, headers=headers, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.http.close()

    def call(self, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        """Send JSON, give the JSON answered (None for no content). Fails on any other status than `expect`."""
        answer = self.http.request(method, path, json=body)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text[:1000]}"
        return answer.json() if answer.content else None

    def create_trunk(self, *gateways: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Create a trunk over the API, with a name of its own, and give the 201's body."""
        body = {"name": new_name(), "gateways": gateways or [{"ipOrDomain": "198.51.100.7"}], **fields}
        trunk: dict[str, Any] = self.call("POST", TRUNKS, body, expect=201)
        return trunk

    def trunk(self, trunk_id: str) -> dict[str, Any]:
        trunk: dict[str, Any] = self.call("GET", f"{TRUNKS}/{trunk_id}")
        return trunk

    def add_number(self, trunk_id: str, number: str) -> dict[str, Any]:
        added: dict[str, Any] = self.call("POST", NUMBERS, {"number": number, "trunkId": trunk_id}, expect=201)
        return added

    def wait_active(self, trunk_id: str, seconds: float = 30) -> dict[str, Any]:
        """Wait until the trunk is active and give it."""
        try:
            wait_until(lambda: self.trunk(trunk_id)["status"] == "active", f"trunk {trunk_id} active", seconds, 0.2)
        except TimeoutError as error:
            raise TimeoutError(f"{error}: {self.trunk(trunk_id)}") from None
        return self.trunk(trunk_id)

    def wait_gone(self, trunk: dict[str, Any], seconds: float = 30) -> None:
        """Wait until nothing of the trunk stands in LiveKit."""
        wait_until(lambda: len(self.standing(trunk)) == 0, f"trunk {trunk['id']} gone", seconds, 0.2)

    def standing(self, trunk: dict[str, Any]) -> Standing:
        """Return what stands in LiveKit for this trunk: its objects bear its name, which the tests give once only."""
        return self.livekit.standing().of(trunk["name"])


class Site:
    """The settings of an installation, and what an operator does with it: `manage.py`."""

    keys: dict[str, str]  # of its workspaces, by slug

    def __init__(self, database: str, livekit: LiveKitEndpoint, **environment: str) -> None:
        self.livekit, self.url = livekit, environment.get("API_PUBLIC_URL", "")
        self.env = {
            **os.environ,
            "VOXA_READ_DOTENV": "0",
            "DJANGO_SETTINGS_MODULE": "voxa.settings",
            "SECRET_KEY": "live-tests-" + "k" * 50,
            "FERNET_KEYS": "live-tests-fernet-key",
            "DATABASE_URL": database,
            "LIVEKIT_URL": livekit.url,
            "LIVEKIT_API_KEY": livekit.key,
            "LIVEKIT_API_SECRET": livekit.secret,
            **environment,
        }

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """Run a command of `manage.py`, give its standard output. Fails unless its exit status is 0."""
        argv = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            argv, env=self.env, cwd=CHECKOUT, input=stdin, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr[-3000:]}"
        return done.stdout

    def key(self, workspace: str, *scopes: str) -> str:
        """Make a key for a workspace with `manage.py create_api_key`."""
        options = [part for scope in scopes for part in ("--scope", scope)]
        return self.manage("create_api_key", workspace, "--name", "Tests", *options).split()[-1]


class Template(Site):
    """A migrated database with two workspaces and a key of all scopes each, for installations to begin from."""

    def __init__(self, folder: Path, livekit: LiveKitServer) -> None:
        super().__init__(new_database(folder), livekit, CELERY_BROKER_URL="memory://")
        self.server = livekit
        made = self.manage("shell", "--no-imports", stdin=WORKSPACES).split()
        self.keys = dict(zip(made[::2], made[1::2], strict=True))


class Installation(Site):
    """A web server, a Celery worker and beat as processes of their own."""

    def __init__(self, folder: Path, template: Template, broker: RedisServer, **environment: str) -> None:
        self.server = template.server
        self.folder, self.keys, self.port = folder, template.keys, int(environment.get("PORT") or free_port())
        self.url = f"http://127.0.0.1:{self.port}"
        super().__init__(
            new_database(folder, template.env["DATABASE_URL"]),
            template.livekit,
            **{
                "CELERY_BROKER_URL": f"redis://127.0.0.1:{broker.port}/0",
                "API_PUBLIC_URL": self.url,
                "PORT": str(self.port),
                **environment,
            },
        )
        bind = f"127.0.0.1:{self.port}"
        self.web = self.process("web", "-m", "gunicorn", "--threads", "16", "--bind", bind, "voxa.wsgi")
        self.web.ready = lambda: answers(self.port)
        self.worker = self.process("worker", *CELERY, "worker", "--pool", "threads", "-c", "4", "--loglevel", "INFO")
        self.worker.ready = lambda: "ready." in self.worker.output()
        self.beat = self.process("beat", *CELERY, "beat", "--schedule", str(folder / "beat"))

    def process(self, name: str, *arguments: str) -> Process:
        """Make, without starting it, one more Python process of this installation."""
        return Process([sys.executable, *arguments], self.folder / f"{name}.log", env=self.env, cwd=CHECKOUT)

    def start(self) -> None:
        """Start all at once, then wait for them."""
        processes = (self.web, self.worker, self.beat)
        for process in processes:
            process.launch()
        for process in processes:
            process.wait_ready()

    def stop(self) -> None:
        for process in (self.beat, self.worker, self.web):
            process.stop(seconds=5)

    def api(self, workspace: str) -> Api:
        """Return a client of a workspace's key."""
        return Api(self, workspace, self.keys[workspace])
