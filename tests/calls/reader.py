"""A reader who follows a page of the documents: its shell blocks, as printed, but for what a reader fills in."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

from django.core.management import call_command

from tests.live.databases import CHECKOUT

SECONDS = 5  # for which callers stay, instead of those in the documents
_FILLED_IN = re.compile(r"export (\w+)=\S*\.\.\.(\s|$)")
_OTHERS = ("livekit-server", "LIVEKIT_URL=")  # need a real LiveKit server


class Reader:
    """Runs statements in a shell that keeps its variables. `answers` are the JSON bodies of the last block."""

    def __init__(self, url: str, key: str, choose: Callable[[str, Any], str]) -> None:
        """Read with a key. `choose` returns the ID that a reader takes from an answer for a variable."""
        self._choose, self._set = choose, {"VOXA": f"{url}/v1", "VOXA_API_KEY": key}
        self.answers: list[Any] = []

    def read(self, block: str) -> list[Any]:
        """Run a block; return its answers. Fails with the answer on any HTTP error."""
        self.answers, former = [], self.answers
        for statement in _statements(block):
            self._run(statement, (self.answers or former)[-1:])
        return self.answers

    def _run(self, statement: str, last: list[Any]) -> None:
        if found := _FILLED_IN.match(statement):
            self._set.setdefault(found[1], "")
            if found[1] != "VOXA_API_KEY":
                self._set[found[1]] = self._choose(found[1], last[0])
        elif statement.startswith("auth="):
            self._set["auth"] = f"Authorization: Bearer {self._set['VOXA_API_KEY']}"
        elif statement.startswith(".venv/bin/python manage.py "):
            name, *options = shlex.split(statement, comments=True)[2:]
            short = ["--seconds", str(SECONDS)] if name == "sandbox_call" else []
            call_command(name, *options, *short)
        elif statement.startswith("curl "):
            self.answers.append(self._curl(statement))
        else:
            assert statement.startswith(("export VOXA=", *_OTHERS)), statement

    def _curl(self, statement: str) -> Any:
        script = 'curl() { command curl -sS --fail-with-body "$@"; }\n' + statement
        environment = {**os.environ, **self._set, "NO_PROXY": "*"}
        done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{statement}\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout) if done.stdout else None


def blocks(document: str, heading: str) -> list[str]:
    """Return the shell blocks of a section."""
    text = (CHECKOUT / "docs" / document).read_text()
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"^```sh\n(.*?)^```$", section, re.M | re.S)
    assert found, (document, heading)
    return found


def _statements(block: str) -> Iterator[str]:
    """Yield the statements of a block, a quoted text over several lines being part of one."""
    statement = ""
    for line in block.splitlines():
        statement = f"{statement}\n{line}" if statement else line
        try:
            shlex.split(statement, comments=True)
        except ValueError:
            continue  # within quotes
        if statement.strip() and not statement.endswith("\\"):
            yield statement
            statement = ""
