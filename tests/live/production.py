"""Voxa on the command lines of the README's table of processes, in front of the sandbox."""

import re
import shlex
import sys
import time
from pathlib import Path

from tests.live.databases import CHECKOUT, new_database
from tests.live.installation import Api, Site, Template
from tests.live.process import Process, answers, free_port
from tests.live.servers import LiveKitEndpoint, RedisServer

PROCESSES = ("web", "worker: urgent", "worker: ordinary", "worker: external", "beat", "dispatcher")
PROGRAMS = {"gunicorn": ["-m", "gunicorn"], "celery": ["-m", "celery"], "python": []}


def command_of(process: str) -> str:
    """Return the command line that the README has for a process."""
    row = re.search(rf"^\| {process} \|[^|]*\| `([^`]+)` \|", (CHECKOUT / "README.md").read_text(), re.MULTILINE)
    assert row, f"The README has no command for {process}"
    return row[1]


class Sandbox(LiveKitEndpoint):
    """Where the installation's sandbox will listen."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url, self.http_url = f"ws://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.port}"


class Production(Site):
    """All processes of an installation. `changed` replaces words of the README's command lines."""

    def __init__(
        self, folder: Path, template: Template, broker: RedisServer, changed: dict[str, str], **environment: str
    ) -> None:
        sandbox, port = Sandbox(), free_port()
        self.folder, self.keys, self.port = folder, template.keys, port
        url = f"http://127.0.0.1:{port}"
        database = new_database(folder, template.env["DATABASE_URL"])
        super().__init__(database, sandbox, CELERY_BROKER_URL=broker.url, API_PUBLIC_URL=url, **environment)
        webhook = f"{url}/livekit/webhook"
        listening = ["--port", str(sandbox.port), "--ring", "0.2", "--webhook", webhook]
        self.sandbox = self._process("sandbox", ["manage.py", "livekit_sandbox", *listening])
        self.sandbox.ready = lambda: answers(sandbox.port)
        self.processes = {name: self._of_readme(name, changed) for name in PROCESSES}
        self.processes["web"].ready = self._web_answers

    def _of_readme(self, name: str, changed: dict[str, str]) -> Process:
        line = command_of(name).replace("0.0.0.0:8000", f"127.0.0.1:{self.port}")
        for old, new in changed.items():
            line = line.replace(old, new)
        program, *arguments = shlex.split(line)
        if name == "beat":
            arguments += ["--schedule", str(self.folder / "beat"), "--pidfile="]
        process = self._process(name.split()[-1], [*PROGRAMS[program], *arguments])
        if name.startswith("worker"):
            process.ready = lambda: "ready." in process.output()
            process.argv += ["--loglevel", "INFO"]
        return process

    def _process(self, name: str, arguments: list[str]) -> Process:
        return Process([sys.executable, *arguments], self.folder / f"{name}.log", env=self.env, cwd=CHECKOUT)

    def _web_answers(self) -> bool:
        """Return whether every worker has loaded, so that none of the figures is that of a start."""
        workers = int(self.processes["web"].argv[self.processes["web"].argv.index("--workers") + 1])
        return self.processes["web"].output().count("Booting worker") >= workers and answers(self.port)

    def start(self) -> None:
        """Start all at once, then wait for them."""
        for process in (self.sandbox, *self.processes.values()):
            process.launch()
        for process in (self.sandbox, *self.processes.values()):
            process.wait_ready()
        time.sleep(1)

    def stop(self) -> None:
        """Kill all: phones that ring would be waited for."""
        for process in (*self.processes.values(), self.sandbox):
            process.kill()

    def api(self, workspace: str) -> Api:
        """Return a client of a workspace's key."""
        return Api(self, workspace, self.keys[workspace])
