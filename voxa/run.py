"""`make run`: everything in one terminal. `python -m voxa.run`; Ctrl-C stops it. Imports no Django."""

import fcntl
import multiprocessing
import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from multiprocessing.synchronize import Event as Stopping
from pathlib import Path
from threading import Thread
from typing import IO, Any
from urllib.parse import urlsplit

from honcho.manager import KILL_WAIT, Manager
from honcho.printer import Message, Printer
from honcho.process import Process

from voxa import dotenv, ports
from voxa.core import queues

BASE = Path(__file__).resolve().parent.parent
VAR = BASE / "var"
SANDBOX_ENV = VAR / "sandbox.env"
SANDBOX_STATE = VAR / "sandbox.sqlite3"
# Name, queue and threads: requests to customers' hosts take no threads from other work.
WORKERS = (("urgent", queues.URGENT, 4), ("worker", queues.ORDINARY, 4), ("external", queues.EXTERNAL, 16))
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0  # seconds until a process that died is started again
STEADY = 60.0  # seconds after which a process that dies counts as one that ran


def wants_sandbox(environment: dict[str, str]) -> bool:
    """Return whether the sandbox replaces LiveKit: no `LIVEKIT_URL`, and not disabled."""
    switched_off = environment.get("VOXA_SANDBOX", "1").strip().lower() in ("0", "false", "no", "off")
    return not environment.get("LIVEKIT_URL") and not switched_off


def prepare_sandbox(path: Path, web_port: int) -> int:
    """Write the sandbox's address and credentials for all processes. Return its port.

    Port and credentials are kept between runs, so that LiveKit's address stays the same.
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


def worker(queue: str, threads: int) -> str:
    """Return the command line of a worker of one queue. Its threads mostly wait for I/O."""
    # Suppress Celery's warning on root.
    return (
        f'exec {sys.executable} -W "ignore:You\'re running the worker"'
        f" -m celery --quiet -A voxa worker -Q {queue} -n {queue}@%h -P threads -c {threads} --loglevel INFO"
        " --without-gossip --without-mingle --without-heartbeat"
    )


def commands(port: int, sandbox_port: int | None) -> dict[str, str]:
    """Return the processes by name, each as one command line without shell syntax."""
    python = f"exec {sys.executable}"
    processes = {
        "web": f"{python} -m gunicorn voxa.wsgi --bind 127.0.0.1:{port} --workers 1 --threads 8"
        " --graceful-timeout 3 --no-control-socket --log-level warning",
        **{name: worker(queue, threads) for name, queue, threads in WORKERS},
        "beat": f"{python} -m celery --quiet -A voxa beat --loglevel WARNING --pidfile=",
        "dispatcher": f"{python} manage.py dispatch_calls",
    }
    if sandbox_port:
        processes["sandbox"] = (
            f"{python} manage.py livekit_sandbox --port {sandbox_port} --state {SANDBOX_STATE.relative_to(BASE)}"
            f" --webhook http://127.0.0.1:{port}/livekit/webhook --api http://127.0.0.1:{port}"
        )
    return processes


def hold_lock(path: Path) -> IO[str]:
    """Allow one `make run` in a clone: two would mean two beats. Raise `SystemExit` if another one runs."""
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise SystemExit("`make run` is already running in this folder. Stop it first, or use another clone.") from None
    return lock


class SupervisedProcess(Process):  # type: ignore[misc]
    """A process that is restarted when it dies, and that ends with the runner, even a killed one.

    honcho's own ends all processes with the first that ends.
    """

    def __init__(self, *args: Any, stopping: Stopping, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stopping = stopping

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        for signum in (signal.SIGINT, signal.SIGTERM) if ignore_signals else ():
            signal.signal(signum, lambda *_: None)  # SIG_IGN would be inherited by what is started
        Thread(target=self._end_with, args=(os.getppid(),), daemon=True).start()
        self._events, wait = events, FIRST_WAIT
        while not self._stopping.is_set():
            began = time.monotonic()
            code = self._run_once()
            if self._stopping.is_set():
                break
            wait = FIRST_WAIT if time.monotonic() - began > STEADY else wait
            self._send_message(f"The process ended (rc={code}) and restarts in {wait:g} s.\n".encode())
            self._stopping.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT)
        self._send_message({"returncode": self._child.returncode if self._child else 0}, type="stop")

    def _run_once(self) -> int:
        self._child = self._child_ctor(self.cmd, env=self.env, cwd=self.cwd)
        self._send_message({"pid": self._child.pid}, type="start")
        if self._stopping.is_set():  # the runner told the one before to end
            os.killpg(self._child.pid, signal.SIGTERM)
        for line in iter(self._child.stdout.readline, b""):
            self._send_message(line)
        self._child.stdout.close()
        return int(self._child.wait())

    def _end_with(self, runner: int) -> None:
        while os.getppid() == runner:
            time.sleep(0.5)
        for signum in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                if self._child:
                    os.killpg(self._child.pid, signum)
            time.sleep(KILL_WAIT)
        os._exit(1)


class TerminalPrinter(Printer):  # type: ignore[misc]
    """A printer that survives a closed terminal, so that every process is still stopped."""

    def write(self, message: Message) -> None:
        with suppress(OSError):
            super().write(message)


class Supervisor(Manager):  # type: ignore[misc]
    """honcho's manager, whose processes know that it is stopping."""

    def __init__(self) -> None:
        super().__init__(TerminalPrinter(sys.stdout))
        self._stopping = multiprocessing.Event()
        self._process_ctor = partial(SupervisedProcess, stopping=self._stopping)

    def terminate(self) -> None:
        self._stopping.set()
        super().terminate()


def serve(processes: dict[str, str]) -> int:
    """Run the processes until a signal, restarting those that die. Return 0 after a signal."""
    manager = Supervisor()
    for name, command in processes.items():
        manager.add_process(name, command, cwd=str(BASE), env={**os.environ, "PYTHONUNBUFFERED": "1"})
    # A closed terminal stops everything too.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    manager.loop()
    return 0 if manager.returncode in (130, 143) else manager.returncode or 1


def main() -> int:
    """Prepare the installation, then serve."""
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
        raise SystemExit(f"Port {port} is in use by another program. Choose another one: make run PORT={port + 1}")
    sandbox_port = prepare_sandbox(SANDBOX_ENV, port) if wants_sandbox(dict(os.environ)) else None
    if failed := subprocess.call([sys.executable, "manage.py", "bootstrap"]):
        return failed
    print(f"Voxa is starting on http://127.0.0.1:{port}/admin/ . Ctrl-C stops it.", flush=True)  # noqa: T201
    if sandbox_port:
        print("LiveKit is a sandbox: you can try trunks and calls, no real calls are made.", flush=True)  # noqa: T201
    with lock:
        return serve(commands(port, sandbox_port))


if __name__ == "__main__":
    sys.exit(main())
