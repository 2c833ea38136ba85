"""docs/development names files that exist, in few enough steps, and every page is linked."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "development"
PAGES = sorted(FOLDER.glob("*.md"))
CHANGES = [page for page in PAGES if page.name != "README.md"]
AT_THE_ROOT = re.compile(r"\.?[\w-]+\.(py|md|toml|txt|yaml)|Makefile|\.env\.example|\.ci/run")
IN_A_FOLDER = re.compile(r"(accounts|agents|telephony|calls|voxa|tests|docs|templates|deploy|\.github|\.ci)/[\w./-]*")
OF_A_NEW_PACKAGE = {"renderer.py", "serializers.py", "views.py", "urls.py", "docs.py"}
MOST_STEPS = {"trunk-field.md": 8, "carrier.md": 4, "webhook-event.md": 3}  # about as many files of code


def paths(text: str) -> list[str]:
    """Return what stands between backticks and is a path from the root."""
    quoted = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
    return [one for one in quoted if IN_A_FOLDER.fullmatch(one) or (AT_THE_ROOT.fullmatch(one))]


def steps(page: Path) -> str:
    return page.read_text().partition("## Steps")[2].partition("\nThen ")[0].partition("\n## ")[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_exists(page: Path) -> None:
    named = set(paths(page.read_text())) - OF_A_NEW_PACKAGE
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", CHANGES, ids=lambda page: page.name)
def test_a_change_has_steps_and_tests(page: Path) -> None:
    text = page.read_text()
    assert re.search(r"^1\. ", steps(page), re.M)
    assert any(path.startswith("tests/") for path in paths(text.partition("## Fails until it is complete")[2]))


@pytest.mark.parametrize("name", MOST_STEPS)
def test_a_change_touches_few_files(name: str) -> None:
    numbers = re.findall(r"^(\d+)\. ", steps(FOLDER / name), re.M)
    assert [int(number) for number in numbers] == list(range(1, len(numbers) + 1))
    assert len(numbers) <= MOST_STEPS[name]


def test_every_page_is_linked() -> None:
    linked = re.findall(r"\]\(([\w-]+\.md)\)", (FOLDER / "README.md").read_text())
    assert sorted(linked) == [page.name for page in CHANGES]
