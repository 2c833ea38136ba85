"""The arrows of docs/architecture.md, checked from the imports."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from celery import Task
from django.utils.module_loading import import_string

from voxa.core.encryption import encrypted_fields

ROOT = Path(__file__).resolve().parent.parent
# Each app, and what else of ours it may import. What all of them share is in voxa/core.
APPS = {
    "accounts": {"accounts"},
    "agents": {"accounts", "agents"},
    "telephony": {"accounts", "agents", "telephony"},
    "calls": {"accounts", "agents", "telephony", "calls"},
}
OURS = {*APPS, "voxa"}
# The outermost rooms of an app: nothing else in it may import them.
DOORS = {"admin", "api", "dialects", "doctor", "management", "tasks"}
# Words, data and pure checks: what models of the same app may use.
UNDER_MODELS = {
    "models", "choices", "validators", "addresses", "carriers", "sip_headers", "transfer_targets", "webhook_events"
}  # fmt: skip
NOT_IN_THE_WORKER = {"django", "rest_framework", *APPS, "voxa"} - {"agents"}
LONGEST_WAIT = 60  # seconds that a broker may hold a task back


def sources(*folders: str) -> list[Path]:
    return [
        path.relative_to(ROOT)
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not {"migrations", "__pycache__"} & set(path.parts)
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


def imports(path: Path) -> Iterator[list[str]]:
    """Return every name that a file imports, split at its dots, those inside functions too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ([*node.module.split("."), alias.name] for alias in node.names)


def rooms(path: Path, app: str) -> set[str]:
    """Return the rooms of an app that a file imports, such as `models`."""
    return {parts[1] for parts in imports(path) if parts[0] == app and len(parts) > 1}


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def module(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_apps_import_only_core_and_the_apps_below() -> None:
    above = [
        (path, parts)
        for path in sources(*APPS)
        for parts in imports(path)
        if parts[0] in OURS - APPS[path.parts[0]] and parts[:2] != ["voxa", "core"]
    ]
    assert above == []


def test_no_files_import_each_other_in_a_circle() -> None:
    """Imports inside functions count too."""
    modules = {module(path): path for path in sources(*APPS, "voxa")}

    def imported(name: str, path: Path) -> set[str]:
        named = {known for parts in imports(path) if (known := ".".join(parts)) in modules}
        named |= {
            known
            for parts in imports(path)
            if ".".join(parts) not in modules and (known := ".".join(parts[:-1])) in modules
        }
        return named - {name}

    try:
        list(TopologicalSorter({name: imported(name, path) for name, path in modules.items()}).static_order())
    except CycleError as circle:
        raise AssertionError(" -> ".join(circle.args[1])) from None


def test_calls_is_sorted_by_noun() -> None:
    loose = [path.name for path in (ROOT / "calls").glob("*.py") if path.name != "__init__.py"]
    assert len(loose) <= 8


def test_models_stand_on_words_and_pure_checks_alone() -> None:
    wrong = {path: rooms(path, path.parts[0]) - UNDER_MODELS for path in sources(*(f"{app}/models" for app in APPS))}
    assert {path: names for path, names in wrong.items() if names} == {}


def test_nothing_inside_an_app_imports_its_doors() -> None:
    wrong = []
    for path in sources(*APPS):
        app, room = path.with_suffix("").parts[:2]
        if room not in DOORS:
            wrong += [(path, door) for door in rooms(path, app) & DOORS]
    assert wrong == []


def test_the_sandbox_knows_nothing_of_voxas_rows() -> None:
    assert [path for path in sources("telephony/sandbox") if rooms(path, "telephony") - {"sandbox"}] == []


def test_the_voice_worker_is_a_program_of_its_own() -> None:
    wrong = []
    shared_files = (Path("agents/names.py"), Path("agents/variables.py"))
    for path in [*sources("agents/worker"), *sources("voxa/core/http"), *shared_files]:
        named = [parts for parts in imports(path) if parts[:3] != ["voxa", "core", "http"]]
        foreign = {parts[0] for parts in named} & NOT_IN_THE_WORKER
        wrong += [(path, name) for name in foreign]
        shared = [parts[1] for parts in imports(path) if parts[0] == "agents" and len(parts) > 1]
        wrong += [(path, name) for name in shared if name not in {"worker", "names", "variables"}]
    assert wrong == []
    assert [path for path in (Path("voxa/__init__.py"), Path("voxa/core/__init__.py")) if list(imports(path))] == []


def test_core_imports_nothing_above_it() -> None:
    named = [(path, parts) for path in sources("voxa/core") for parts in imports(path)]
    above = {"voxa", *APPS}
    assert [(path, parts) for path, parts in named if parts[0] in above and parts[:2] != ["voxa", "core"]] == []


def test_no_import_is_relative() -> None:
    nodes = [(path, node) for path in sources(*APPS, "voxa") for node in ast.walk(tree(path))]
    assert [path for path, node in nodes if isinstance(node, ast.ImportFrom) and node.level] == []


def test_bulk_update_never_touches_a_secret() -> None:
    """It writes garbage over an encrypted field, so its fields stand in the call, and none of them is a secret."""
    secrets = {column.name for _, column in encrypted_fields()}
    for path in sources(*APPS, "voxa"):
        for call in calls(path):
            if isinstance(call.func, ast.Attribute) and call.func.attr in ("bulk_update", "abulk_update"):
                named = [word.value for word in call.keywords if word.arg == "fields"]
                assert not secrets & set(ast.literal_eval([*call.args[1:2], *named][0])), path


def test_no_service_imports_a_task() -> None:
    """It sends it by name; an app's tasks.py alone imports those of its packages."""
    wrong = [
        (path, parts)
        for path in sources(*APPS)
        if path.name != "tasks.py"
        for parts in imports(path)
        if "tasks" in parts and parts[:3] != ["voxa", "core", "tasks"]
    ]
    assert wrong == []


def test_no_web_thread_sleeps() -> None:
    """Requests wait by voxa/core/waiting.py; only commands and tasks pause."""
    tasks = {Path("voxa/run.py"), Path("telephony/sync/apply.py")}
    for path in sources(*APPS, "voxa"):
        if path not in tasks and "management" not in path.parts:
            assert not [node for node in calls(path) if ast.unparse(node.func) == "time.sleep"], path


def test_due_times_live_in_the_database_and_not_in_the_broker() -> None:
    for path in sources(*APPS, "voxa"):
        for word in (word for call in calls(path) for word in call.keywords):
            assert word.arg != "eta", path
            if word.arg == "countdown" and isinstance(word.value, ast.Constant):
                assert isinstance(word.value.value, (int, float)), path
                assert word.value.value <= LONGEST_WAIT, path


def test_tasks_are_sent_by_names_that_exist() -> None:
    named = {
        node.value
        for path in sources(*APPS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"\w+\.tasks\.\w+", node.value)
    }
    assert {name for name in named if not isinstance(import_string(name), Task)} == set()
    assert len(named) > 8


def test_files_and_functions_fit_a_screen() -> None:
    long = [str(path) for path in sources(*APPS, "voxa") if (ROOT / path).read_text().count("\n") > 300]
    for path in sources(*APPS, "voxa"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                long += [f"{path}: {node.name}"] if length > 45 else []
    assert long == []
