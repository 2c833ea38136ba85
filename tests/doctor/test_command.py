"""`check_telephony` as a program: what it prints where, its exit code, and what it does when a check breaks."""

import time
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from rich.console import Console

from accounts.models import Workspace
from tests.doctor.asking import run
from voxa.core.doctor import registry
from voxa.core.doctor import run as running
from voxa.core.doctor.findings import Finding, Severity
from voxa.core.doctor.registry import Group, Scope
from voxa.core.doctor.report import Report

pytestmark = pytest.mark.django_db(transaction=True)

ERROR = Finding("trunks.failed", "Trunk Main failed.", "Mend it.", page="/admin/x/", workspace="acme")
WARNING = Finding("numbers.stand_in", "Another agent answers.", "Choose one.", Severity.WARNING)


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`say(Group.TRUNKS, finding)` makes that all there is to find; the database is looked at as ever."""
    known = registry.checks([Group.DATABASE])
    monkeypatch.setattr(
        "voxa.management.commands.check_telephony.checks",
        lambda groups=Group: [check for check in known if check.group in set(groups)],
    )

    def add(group: Group, *findings: Finding, look: Any = None) -> None:
        known.append(registry.Check(group, look or (lambda scope: findings)))

    return add


@pytest.mark.parametrize(
    ("findings", "options", "code"),
    [
        ([], [], 0),
        ([WARNING], [], 0),
        ([WARNING], ["--fail-on", "warning"], 1),
        ([WARNING, ERROR], [], 1),
        ([ERROR], ["--fail-on", "warning"], 1),
        ([ERROR], ["--only", "keys"], 0),
    ],
)
def test_errors_alone_are_exit_code_1(say: Any, findings: list[Finding], options: list[str], code: int) -> None:
    for finding in findings:
        say(Group(finding.code.partition(".")[0]), finding)
    say(Group.KEYS)
    assert run(*options).code == code


def test_people_read_what_is_wrong_where_and_what_to_do(say: Any, settings: Any) -> None:
    settings.API_PUBLIC_URL = "https://voxa.example.com"
    say(Group.TRUNKS, ERROR)
    say(Group.NUMBERS, WARNING)
    say(Group.KEYS)
    ended = run()
    assert ended.out.splitlines() == [
        "✓ Database",
        "✗ Trunks",
        "    ✗ [acme] Trunk Main failed.",
        "      → Mend it.",
        "        https://voxa.example.com/admin/x/",
        "! Numbers",
        "    ! Another agent answers.",
        "      → Choose one.",
        "✓ API keys",
        "1 error, 1 warning.",
    ]
    assert ended.err == ""


def test_a_terminal_gets_paragraphs_and_addresses_in_one_piece() -> None:
    out = StringIO()
    page = "/admin/telephony/trunk/8feca45b-10aa-4c55-8a15-4bfcb3913353/change/"
    long = replace(ERROR, what="word " * 20, page=page)
    Report([running.Examined(Group.TRUNKS, [long])]).print_on(Console(file=out, force_terminal=True, width=40))
    assert page in out.getvalue()
    assert all(len(line) < 60 for line in out.getvalue().splitlines() if page not in line)


def test_programs_read_the_same(say: Any) -> None:
    say(Group.TRUNKS, ERROR)
    data = run("--format", "json").data
    assert (data["version"], data["workspace"], data["errors"], data["warnings"]) == (1, None, 1, 0)
    (trunks,) = [group for group in data["groups"] if group["group"] == "trunks"]
    assert trunks["status"] == "error"
    assert trunks["findings"] == [
        {
            "code": "trunks.failed",
            "severity": "error",
            "what": "Trunk Main failed.",
            "remedy": "Mend it.",
            "workspace": "acme",
            "url": "http://127.0.0.1:8000/admin/x/",
        }
    ]


def test_a_database_that_is_away_is_a_finding_and_the_rest_is_left(say: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("password s3cret-word refused")

    say(Group.TRUNKS, ERROR)
    monkeypatch.setattr("voxa.core.doctor.database.clock_ahead", away)
    ended = run("--workspace", "acme")
    assert ended.code == 1
    assert "does not respond (OperationalError)." in ended.out
    assert "- Trunks  skipped: fix the database first" in ended.out
    assert "s3cret" not in ended.out + ended.err
    assert "does not respond" in run("--only", "trunks").out


def test_a_check_that_breaks_is_a_finding_beside_the_others(say: Any) -> None:
    def breaks(scope: Scope) -> Iterator[Finding]:
        yield WARNING
        raise RuntimeError("s3cret-word")

    say(Group.NUMBERS, look=breaks)
    say(Group.TRUNKS, ERROR)
    ended = run("--format", "json")
    assert ended.codes == {"numbers.unfinished", "trunks.failed"}
    assert "s3cret" not in ended.out + ended.err


def test_a_check_that_hangs_is_not_waited_for(say: Any) -> None:
    def hangs(scope: Scope) -> list[Finding]:
        time.sleep(5)
        return []

    checks = [registry.Check(Group.TRUNKS, hangs), registry.Check(Group.NUMBERS, lambda scope: [WARNING])]
    started = time.monotonic()
    findings = running.ask(checks, Scope(), limit=0.3)
    assert [finding.code for finding in findings] == ["trunks.unfinished", "numbers.stand_in"]
    assert time.monotonic() - started < 4


def test_an_unknown_workspace_is_exit_code_2(acme: Workspace) -> None:
    with pytest.raises(CommandError, match="“nobody” does not exist") as raised:
        call_command("check_telephony", "--workspace", "nobody", "--no-network", "--only", "keys")
    assert raised.value.returncode == 2


def test_every_app_has_its_checks_and_none_breaks_on_an_empty_database() -> None:
    ended = run("--format", "json", "--no-network")
    assert [group["group"] for group in ended.data["groups"]] == [group.value for group in Group]
    assert ended.codes == {"processes.dispatchers"}
    network = {group["group"] for group in ended.data["groups"] if group["skipped"]}
    assert network == {"processes", "livekit", "gateways"}
