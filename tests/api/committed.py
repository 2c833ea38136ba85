"""The committed schema, read once and by the parser in C: it is long."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.yaml"


@cache
def committed() -> dict[str, Any]:
    """Return `docs/openapi.yaml`, which all its readers share."""
    schema: dict[str, Any] = parse(COMMITTED.read_text())
    return schema


def parse(text: str | bytes) -> Any:
    """Return what a schema in YAML says."""
    return yaml.load(text, Loader=yaml.CSafeLoader)
