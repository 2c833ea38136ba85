"""A PostgreSQL of the tests' own, and `python -m tests.live.postgres COMMAND...`, which runs a command on it.

The command finds it in `DATABASE_URL`; its exit status is given on. Where PostgreSQL is not installed the command is
not run, which is said, and is a failure only with `VOXA_REQUIRE_LIVE=1`.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.live.process import Missing, Process, answers, find_program, free_port, run_as

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresServer:
    """A cluster in a temporary folder; by default as fast as losing it at a crash allows."""

    def __init__(self, settings: Sequence[str] = FAST) -> None:
        folders = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
        initdb, server = find_program("initdb", "", *folders), find_program("postgres", "", *folders)
        user = "postgres" if os.geteuid() == 0 else ""  # it refuses to run as root
        self.folder = Path(tempfile.mkdtemp(prefix="voxa-postgres-"))
        if user:
            account = pwd.getpwnam(user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        data = str(self.folder / "data")
        make = [initdb, "-D", data, "-U", "voxa", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"]
        subprocess.run([*run_as(user), *make], check=True, stdout=subprocess.DEVNULL, cwd=self.folder)
        self.port = free_port()
        self.url = f"postgres://voxa@127.0.0.1:{self.port}/postgres"
        argv = [server, "-D", data, "-p", str(self.port), "-h", "127.0.0.1", "-c", "unix_socket_directories="]
        for setting in (*settings, "max_connections=300"):
            argv += ["-c", setting]
        self.process = Process(
            argv,
            self.folder.with_suffix(".log"),
            ready=lambda: answers(self.port),
            cwd=self.folder,
            user=user,
            stop_signal=signal.SIGINT,  # "fast": sessions are ended, not waited for
        )

    def start(self) -> None:
        self.process.start()

    def stop(self) -> None:
        """Stop it and remove its files."""
        self.process.stop()
        shutil.rmtree(self.folder)
        self.process.log.unlink(missing_ok=True)


def main(command: list[str]) -> int:
    """Run the command with `DATABASE_URL` naming a fresh PostgreSQL; return its exit status."""
    try:
        server = PostgresServer()
    except Missing as missing:
        sys.stdout.write(f"SKIPPED on PostgreSQL: {missing}\n")
        return int(os.environ.get("VOXA_REQUIRE_LIVE") == "1")
    server.start()
    try:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": server.url}, check=False).returncode
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
