"""CI, pre-commit and the templates are valid, pinned and agree with the project's own tools."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def steps(workflow: Any) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_pins_its_actions_and_asks_for_least(path: Path) -> None:
    workflow = load(path)
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action) for action in used)
    assert workflow["permissions"] == {"contents": "read"}
    assert "group" in workflow["concurrency"]
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())


def test_workflow_runs_the_projects_own_commands() -> None:
    commands = " ".join(step.get("run", "") for step in steps(load(GITHUB / "workflows" / "ci.yml")))
    targets = set(re.findall(r"\bmake (\w+)", commands))
    assert targets == {"lint", "coverage"}
    makefile = (ROOT / "Makefile").read_text()
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
    assert ".ci/run" in commands
    assert (ROOT / ".ci" / "run").stat().st_mode & stat.S_IXUSR


def test_workflow_tries_each_supported_python() -> None:
    unit = load(GITHUB / "workflows" / "ci.yml")["jobs"]["unit"]
    assert unit["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_issue_form_is_whole(path: Path) -> None:
    form = load(path)
    assert form["name"]
    assert form["description"]
    fields = [part for part in form["body"] if part["type"] != "markdown"]
    assert {part["type"] for part in fields} <= {"input", "textarea", "dropdown", "checkboxes"}
    ids = [part["id"] for part in fields]
    assert len(ids) == len(set(ids))
    assert any(part.get("validations", {}).get("required") for part in fields)


def test_bug_form_asks_for_what_is_needed_to_find_it() -> None:
    ids = {part.get("id") for part in load(GITHUB / "ISSUE_TEMPLATE" / "bug.yml")["body"]}
    assert {"version", "database", "livekit", "doctor"} <= ids


def test_dependabot_watches_every_kind_of_dependency() -> None:
    updates = load(GITHUB / "dependabot.yml")["updates"]
    watched = {(one["package-ecosystem"], one["directory"]) for one in updates}
    assert watched == {("pip", "/"), ("gomod", "/tests/live/sipbridge"), ("github-actions", "/")}
    assert all((ROOT / folder.strip("/")).is_dir() for _, folder in watched)


def test_pre_commit_uses_the_tools_of_the_lock_file() -> None:
    repos = load(ROOT / ".pre-commit-config.yaml")["repos"]
    local = {hook["id"]: hook for repo in repos if repo["repo"] == "local" for hook in repo["hooks"]}
    assert {"ruff", "ruff-format", "mypy"} <= set(local)
    assert all(hook["entry"].startswith(".venv/bin/") for hook in local.values())
    shared = {hook["id"] for repo in repos if repo["repo"] != "local" for hook in repo["hooks"]}
    assert {"end-of-file-fixer", "check-yaml", "check-toml"} <= shared
