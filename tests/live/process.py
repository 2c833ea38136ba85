"""Child processes of the tests: found, started, waited for, and never outliving the tests."""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class Missing(Exception):
    """A program the tests need is not on this machine; the message says which and how it is found."""


def cache_dir() -> Path:
    """Return the folder outside the checkout where built programs are kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "voxa" / "bin"


def find_program(name: str, variable: str = "", *folders: str) -> str:
    """Return the path of a program: from the environment variable, PATH, the cache or other folders.

    Raises Missing if it is nowhere.
    """
    given = os.environ.get(variable) if variable else None
    if given:
        if os.access(given, os.X_OK):
            return given
        raise Missing(f"{variable} names {given}, which is no program")
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join([str(cache_dir()), *folders]))
    if found is None:
        raise Missing(f"{name} is not installed" + (f" and {variable} is not set" if variable else ""))
    return found


def run_as(user: str = "", *options: str) -> list[str]:
    """Return what to put before a command so that it runs as another user (none: as this one)."""
    identity = [f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
    wanted = [*identity, *options]
    return ["setpriv", *wanted, "--"] if wanted and shutil.which("setpriv") else []


def free_port() -> int:
    """Return a free TCP and UDP port below the range that outgoing connections take theirs from.

    A server that is stopped and started again therefore finds its port free.
    """
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return port


def wait_until(ready: Callable[[], object], what: str, seconds: float = 20.0, every: float = 0.05) -> None:
    """Wait until `ready()` is true. Raises TimeoutError, naming what was waited for."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(every)


def answers(port: int) -> bool:
    """Return whether something accepts connections on this port of the loopback."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Process:
    """One child process that can be stopped, killed and started again. Its output goes to `log`."""

    def __init__(
        self,
        argv: Sequence[str],
        log: Path,
        *,
        ready: Callable[[], object] | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str = "",
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.argv, self.log, self.ready, self.cwd, self.stop_signal = list(argv), log, ready, cwd, stop_signal
        # Linux tells a child of its parent's death only if asked: a killed test run would leave servers behind.
        self.guard = run_as(user, "--pdeathsig=KILL")
        self.env = dict(os.environ if env is None else env)
        self.popen: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Return whether the process is alive."""
        return self.popen is not None and self.popen.poll() is None

    @property
    def pid(self) -> int:
        """Return the id of the process started last, which is also its group's."""
        assert self.popen is not None, f"{self.argv[0]} was not started"
        return self.popen.pid

    def wait(self, seconds: float) -> int:
        """Wait until it has ended by itself; return the exit status. Raises subprocess.TimeoutExpired."""
        assert self.popen is not None, f"{self.argv[0]} was not started"
        return self.popen.wait(seconds)

    def start(self) -> None:
        """Start it and wait until it is ready. Raises RuntimeError with the end of its output if it is not."""
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Start it."""
        with self.log.open("ab") as output:
            self.popen = subprocess.Popen(
                [*self.guard, *self.argv],
                stdout=output,
                stderr=output,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,
            )

    def wait_ready(self, seconds: float = 120.0) -> None:
        """Wait until it is ready. Raises RuntimeError with the end of its output if it does not get there."""
        ready = self.ready
        if ready is None:
            return
        try:
            wait_until(lambda: not self.running or ready(), self.argv[0], seconds)
        except TimeoutError:
            self.kill()
        if not self.running:
            raise RuntimeError(f"{self.argv[0]} did not start:\n{self.output()[-2000:]}")

    def stop(self, seconds: float = 10.0) -> int:
        """Ask it to end, kill its whole group if it does not within `seconds`; return the exit status."""
        if self.popen is None:
            return 0
        if self.running:
            self.popen.send_signal(self.stop_signal)
            try:
                self.popen.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.popen.wait()

    def kill(self) -> None:
        """Kill it and every child of it at once, with no chance to clean up."""
        if self.popen is not None and self.running:
            os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait()

    def output(self) -> str:
        """Return everything it has printed."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""
