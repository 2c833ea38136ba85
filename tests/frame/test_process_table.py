"""Wherever processes are set up, each queue has a worker and each process comes back by itself."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from voxa import run
from voxa.core import queues

BASE = Path(settings.BASE_DIR)
UNITS = sorted((BASE / "deploy/systemd").glob("*.service"))
README = (BASE / "README.md").read_text()


def compose() -> dict[str, dict[str, object]]:
    services: dict[str, dict[str, object]] = yaml.safe_load((BASE / "compose.yaml").read_text())["services"]
    return services


def taken(texts: list[str]) -> list[str]:
    return sorted(queue for text in texts for queue in re.findall(r"worker.* -Q (\w+)", text))


def commands(place: str) -> list[str]:
    if place == "make run":
        return list(run.commands(8000, 18_000).values())
    if place == "compose":
        return [" ".join(command) for one in compose().values() if isinstance(command := one.get("command"), list)]
    if place == "systemd":
        return [line for unit in UNITS for line in unit.read_text().splitlines() if line.startswith("ExecStart=")]
    return re.findall(r"^\| .* \| `(.*?)`", README, re.M)


@pytest.mark.parametrize("place", ["make run", "compose", "systemd", "README"])
def test_each_queue_has_one_worker_and_there_is_one_beat(place: str) -> None:
    assert taken(commands(place)) == sorted(queues.ALL)
    assert sum(" beat" in command for command in commands(place)) == 1


def test_compose_starts_again_whatever_ends_but_the_migration() -> None:
    policies = {name: service.get("restart") for name, service in compose().items()}
    assert policies.pop("migrate") == "no"
    assert set(policies.values()) == {"unless-stopped"}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_starts_again_whatever_ends_for_ever(unit: Path) -> None:
    text = unit.read_text()
    assert "Restart=always\n" in text
    assert "StartLimitIntervalSec=0\n" in text
    assert "WantedBy=voxa.target" in text


@pytest.mark.parametrize("process", ["gunicorn", "beat", "dispatch_calls", "calls.agent"])
def test_every_process_of_the_readme_has_a_unit(process: str) -> None:
    assert any(process in command for command in commands("README"))
    assert any(process in command for command in commands("systemd"))
