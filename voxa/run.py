"""`make run`: everything in one terminal. `python -m voxa.run`; Ctrl-C stops it. Imports no Django."""

import fcntl
import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO, Any
from urllib.parse import urlsplit

from honcho.manager import KILL_WAIT, Manager
from honcho.printer import Message, Printer
from honcho.process import Process

from voxa import dotenv, ports

BASE = Path(__file__).resolve().parent.parent
VAR = BASE / "var"
SANDBOX_ENV = VAR / "sandbox.env"
SANDBOX_STATE = VAR / "sandbox.sqlite3"


def wants_sandbox(environment: dict[str, str]) -> bool:
    """Say whether the sandbox stands in for LiveKit: no `LIVEKIT_URL`, and not switched off."""
    switched_off = environment.get("VOXA_SANDBOX", "1").strip().lower() in ("0", "false", "no", "off")
    return not environment.get("LIVEKIT_URL") and not switched_off


def prepare_sandbox(path: Path, web_port: int) -> int:
    """Write the sandbox's address and credentials for every process to read. Give its port.

    Port and credentials are kept from run to run, so that LiveKit's address does not change without need.
    """
    old = dotenv.read(path)
    last = urlsplit(old.get("LIVEKIT_URL", "")).port or 0
    port = ports.first_free(last, web_port + 10_000)
    values = {
        "LIVEKIT_URL": f"ws://127.0.0.1:{port}",
        "LIVEKIT_API_KEY": old.get("LIVEKIT_API_KEY") or "sandbox",
        "LIVEKIT_API_SECRET": old.get("LIVEKIT_API_SECRET") or secrets.token_urlsafe(36),
    }
    dotenv.write_private(path, "".join(f"{name}={value}\n" for name, value in values.items()))
    return port


def commands(port: int, sandbox_port: int | None) -> dict[str, str]:
    """Give the processes by name, each as one command line without a shell's own syntax."""
    python = f"exec {sys.executable}"
    processes = {
        "web": f"{python} -m gunicorn voxa.wsgi --bind 127.0.0.1:{port} --workers 1 --threads 8"
        " --graceful-timeout 3 --no-control-socket --log-level warning",
        # A thread waits on LiveKit or the database most of its time.
        # Celery warns of root: whoever tries Voxa out as root knows.
        "worker": f'{python} -W "ignore:You\'re running the worker"'
        " -m celery --quiet -A voxa worker -P threads -c 8 --loglevel INFO"
        " --without-gossip --without-mingle --without-heartbeat",
        "beat": f"{python} -m celery --quiet -A voxa beat --loglevel WARNING --pidfile=",
        "dispatcher": f"{python} manage.py dispatch_calls",
    }
    if sandbox_port:
        processes["sandbox"] = (
            f"{python} manage.py livekit_sandbox --port {sandbox_port} --state {SANDBOX_STATE.relative_to(BASE)}"
            f" --webhook http://127.0.0.1:{port}/livekit/webhook"
        )
    return processes


def hold_lock(path: Path) -> IO[str]:
    """Let one `make run` work in a clone: two would mean two beats. Raises SystemExit when another does."""
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise SystemExit("`make run` is running in this folder already. Stop it first, or use another clone.") from None
    return lock


class TetheredProcess(Process):  # type: ignore[misc]
    """A process that ends with the runner also where that was killed and could not end it."""

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        Thread(target=self._end_with, args=(os.getppid(),), daemon=True).start()
        super().run(events, ignore_signals)

    def _end_with(self, runner: int) -> None:
        while os.getppid() == runner:
            time.sleep(0.5)
        for signum in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signum)
            time.sleep(KILL_WAIT)
        os._exit(1)


class TerminalPrinter(Printer):  # type: ignore[misc]
    """A printer that outlives its terminal, so that closing it still stops every process."""

    def write(self, message: Message) -> None:
        with suppress(OSError):
            super().write(message)


def serve(processes: dict[str, str]) -> int:
    """Run the processes until one ends or a signal comes. Give 0 after a signal, else the code of the first to end."""
    manager = Manager(TerminalPrinter(sys.stdout))
    manager._process_ctor = TetheredProcess
    for name, command in processes.items():
        manager.add_process(name, command, cwd=str(BASE), env={**os.environ, "PYTHONUNBUFFERED": "1"})
    # A closed terminal stops everything too.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    manager.loop()
    return 0 if manager.returncode in (130, 143) else manager.returncode or 1


def main() -> int:
    """Prepare what is missing, then serve."""
    os.chdir(BASE)
    VAR.mkdir(mode=0o700, exist_ok=True)
    lock = hold_lock(VAR / "run.lock")
    dotenv.ensure_secrets(BASE / ".env", os.environ)
    dotenv.load(BASE / ".env", os.environ)
    try:
        port = ports.parse_port(os.environ.setdefault("PORT", "8000"))
    except ValueError as error:
        raise SystemExit(str(error)) from None
    if not ports.is_free(port):
        raise SystemExit(f"Port {port} is taken by another program. Choose another one: make run PORT={port + 1}")
    sandbox_port = prepare_sandbox(SANDBOX_ENV, port) if wants_sandbox(dict(os.environ)) else None
    if failed := subprocess.call([sys.executable, "manage.py", "bootstrap"]):
        return failed
    print(f"Voxa is starting on http://127.0.0.1:{port}/admin/ . Ctrl-C stops it.", flush=True)  # noqa: T201
    if sandbox_port:
        print("LiveKit is a sandbox: trunks and calls can be tried, no real call is made.", flush=True)  # noqa: T201
    with lock:
        return serve(commands(port, sandbox_port))


if __name__ == "__main__":
    sys.exit(main())
