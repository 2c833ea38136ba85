"""Which functions of ours a function may come to call, read from the source: a static call graph, on the safe side."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("accounts", "telephony", "agents", "calls", "voxa")


def reaches(start: str) -> set[str]:
    """Return the dotted names that are reached from one, itself included. What is sent as a task is not called."""
    start = _resolved(start)
    seen, waiting = {start}, [start]
    while waiting:
        for name in _used(waiting.pop()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


@cache
def _module(name: str) -> ast.Module | None:
    path = ROOT / name.replace(".", "/")
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if name.split(".")[0] in OURS and file.exists():
            return ast.parse(file.read_text())
    return None


@cache
def _names(module: str) -> dict[str, str]:
    """Return what a name of a module stands for: an imported module or object, or its own function or class."""
    tree = _module(module)
    found: dict[str, str] = {}
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.asname: alias.name for alias in node.names if alias.asname}
    for node in tree.body if tree else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = f"{module}.{node.name}"
    return found


def _resolved(name: str) -> str:
    """Follow names that a package hands on to where they are defined."""
    while True:
        module, _, last = name.rpartition(".")
        further = _names(module).get(last) if _module(module) and not _module(name) else None
        if further is None or further == name:
            return name
        name = further


def _used(name: str) -> Iterator[str]:
    module, _, last = name.rpartition(".")
    tree = _module(module)
    body = [node for node in (tree.body if tree else ()) if getattr(node, "name", None) == last]
    for node in (inner for top in body for inner in ast.walk(top)):
        target = None
        if isinstance(node, ast.Name):
            target = _names(module).get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            base = _names(module).get(node.value.id)
            target = f"{base}.{node.attr}" if base else None
        if target and target.startswith(OURS):
            found = _resolved(target)
            if not found.rpartition(".")[0].endswith(".tasks"):
                yield found
