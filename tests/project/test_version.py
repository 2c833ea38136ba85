"""The version is the same wherever it is written, and the changelog tells of it."""

import re
import tomllib
from pathlib import Path

import voxa

ROOT = Path(__file__).parents[2]
RELEASE = re.compile(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2})$", re.MULTILINE)
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}  # of Keep a Changelog


def test_package_and_project_have_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == voxa.__version__


def test_newest_release_of_the_changelog_is_this_version() -> None:
    releases = RELEASE.findall((ROOT / "CHANGELOG.md").read_text())
    assert releases[0][0] == voxa.__version__
    dates = [date for _, date in releases]
    assert dates == sorted(dates, reverse=True)


def test_changelog_has_unreleased_on_top_and_known_kinds_of_change() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    second_level = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert second_level[0] == "Unreleased"
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= KINDS
