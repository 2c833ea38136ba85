"""Docstrings are in the imperative mood of plain English, and messages use the terms of the trade."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
APPS = ("accounts", "agents", "telephony", "calls", "voxa")
OPENINGS = re.compile(r"(Gives?|Says?|Have|Lets?|Tells?)\b")
FORBIDDEN = re.compile(
    "is told of|are told of|signing in at the carrier|knows you by your address|whom it may|hands? calls over"
    "|handed over|takes? in calls|calls at once|calls a second|in step with|stands in LiveKit|events as they came"
    "|is set up only in part|change no\\.|of one's own|press(es)? keys|None is called so|being made anew",
    re.IGNORECASE,
)
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for path in sorted((BASE / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(BASE)), ast.parse(path.read_text())


def test_docstrings_do_not_begin_with_give_say_have_let_or_tell() -> None:
    wrong = [
        f"{name}: {text.splitlines()[0]}"
        for name, module in modules()
        for node in ast.walk(module)
        if isinstance(node, DOCUMENTED) and (text := ast.get_docstring(node)) and OPENINGS.match(text)
    ]
    assert wrong == []


def test_texts_use_the_terms_of_the_trade() -> None:
    wrong = [
        f"{name}:{node.lineno}: {node.value[:80]}"
        for name, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and FORBIDDEN.search(node.value)
    ]
    assert wrong == []
