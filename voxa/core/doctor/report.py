"""Render findings as text and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.run import Examined

SIGNS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red"), "skipped": ("-", "dim")}


@dataclass(frozen=True)
class Report:
    """All checked groups. `workspace` is the slug of the checked workspace, empty for all."""

    groups: Sequence[Examined]
    workspace: str = ""

    def count(self, severity: Severity) -> int:
        """Count findings."""
        return sum(finding.severity is severity for group in self.groups for finding in group.findings)

    def as_data(self) -> dict[str, Any]:
        """Return the output of `--format json`. Releases may add names but do not change them."""
        return {
            "version": 1,
            "workspace": self.workspace or None,
            "errors": self.count(Severity.ERROR),
            "warnings": self.count(Severity.WARNING),
            "groups": [
                {
                    "group": one.group.value,
                    "status": one.status,
                    "skipped": one.skipped or None,
                    "findings": [_data(finding) for finding in one.findings],
                }
                for one in self.groups
            ],
        }

    def print_on(self, console: Console) -> None:
        """Print the report as text."""
        for group in self.groups:
            sign, color = SIGNS[group.status]
            heading = Text.assemble((f"{sign} {group.group.heading}", f"bold {color}"))
            heading.append(f"  {group.skipped}" if group.skipped and not group.findings else "", "dim")
            console.print(heading, soft_wrap=not console.is_terminal)
            for finding in group.findings:
                _print(console, finding)
        console.print(self.summary(), soft_wrap=True)

    def summary(self) -> str:
        """Return the last line."""
        errors, warnings = self.count(Severity.ERROR), self.count(Severity.WARNING)
        if not errors and not warnings:
            skipped = any(group.skipped for group in self.groups)
            return "No problems found" + (" by the checks that ran." if skipped else ".")
        return f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}."


def _print(console: Console, finding: Finding) -> None:
    sign, color = SIGNS[finding.severity]
    whose = (f"[{finding.workspace}] ", "dim") if finding.workspace else ""
    _indented(console, 4, Text.assemble((f"{sign} ", color), whose, finding.what))
    _indented(console, 6, Text.assemble("→ ", finding.remedy))
    if finding.page:
        console.print(Text(" " * 8 + address(finding.page), "dim"), soft_wrap=True)  # a broken one cannot be clicked


def _indented(console: Console, by: int, text: Text) -> None:
    """Print text, whole paragraphs on a terminal; a pipe gets one line."""
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, by)))
    else:
        console.print(Text(" " * by) + text, soft_wrap=True)


def _data(finding: Finding) -> dict[str, str | None]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "what": finding.what,
        "remedy": finding.remedy,
        "workspace": finding.workspace or None,
        "url": address(finding.page) if finding.page else None,
    }


def address(page: str) -> str:
    """Return the URL of an admin page, or its path if API_PUBLIC_URL is not set."""
    public: str = settings.API_PUBLIC_URL
    return public.rstrip("/") + page if public.startswith(("http://", "https://")) else page


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
