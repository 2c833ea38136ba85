"""Asking a check, or the whole command."""

import json
from io import StringIO
from typing import Any

from django.core.management import call_command

from voxa.core.doctor.findings import Finding
from voxa.core.doctor.registry import Look, Scope


def found(look: Look, scope: Scope | None = None) -> dict[str, Finding]:
    """Ask one check; return what it found by its code."""
    findings = list(look(scope or Scope()))
    assert all(finding.what and finding.remedy for finding in findings)
    return {finding.code: finding for finding in findings}


class Ended:
    """How the command ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def codes(self) -> set[str]:
        return {finding["code"] for group in self.data["groups"] for finding in group["findings"]}


def run(*words: str) -> Ended:
    """Run `check_telephony` with these options."""
    out, err = StringIO(), StringIO()
    try:
        call_command("check_telephony", *words, stdout=out, stderr=err)
    except SystemExit as end:
        return Ended(int(end.code or 0), out.getvalue(), err.getvalue())
    return Ended(0, out.getvalue(), err.getvalue())
