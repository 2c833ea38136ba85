"""What is shown with a trunk: gateways, LiveKit objects and numbers, as `telephony/selectors.py` read them with it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from telephony.models import Gateway, Trunk

PARTS = ("gateway_rows", "object_rows", "number_rows")  # how PostgreSQL returns them


@dataclass(frozen=True, slots=True)
class Parts:
    """What the API shows with a trunk: model instances, or rows of JSON with the same attributes and ids as text."""

    gateways: Iterable[Any]
    objects: Iterable[Any]
    numbers: Sequence[Any]


def parts_of(trunk: Trunk) -> Parts:
    """Return the parts of a trunk that `has_parts`."""
    if "gateway_rows" not in vars(trunk):
        return Parts(trunk.gateways.all(), trunk.livekit_objects.all(), trunk.numbers_shown)  # type: ignore[attr-defined]
    texts = (vars(trunk)[name] for name in PARTS)
    return Parts(*(_rows(json.loads(text)) if text else () for text in texts))


def parts_in(trunks: Iterable[Sequence[str]]) -> list[Parts]:
    """Return the parts of several trunks from their `PARTS`, each kind parsed at once."""
    kinds = [json.loads(f"[{','.join(text or '[]' for text in texts)}]") for texts in zip(*trunks, strict=True)]
    return [Parts(*map(_rows, parts)) for parts in zip(*kinds, strict=True)]


def _rows(found: list[dict[str, Any]]) -> list[Any]:
    return [SimpleNamespace(**row) for row in found]


def has_parts(trunk: Trunk) -> bool:
    """Return whether a trunk is of `trunks_in_full`, `find_in_full`, `locked_in_full` or `show_created`."""
    return "gateway_rows" in vars(trunk) or "numbers_shown" in vars(trunk)


def forget_parts(trunk: Trunk) -> None:
    """Drop what was read of a trunk's parts, before they change."""
    trunk._prefetched_objects_cache = {}  # type: ignore[attr-defined]
    for name in ("gateway_rows", "numbers_shown"):
        vars(trunk).pop(name, None)


def show_created(trunk: Trunk, gateways: Sequence[Gateway]) -> None:
    """Prepare a new trunk for `parts_of`, without a query."""
    parts = {"gateways": sorted(gateways, key=lambda one: one.priority), "livekit_objects": []}
    trunk._prefetched_objects_cache = parts  # type: ignore[attr-defined]  # as prefetch_related does
    trunk.numbers_shown = []  # type: ignore[attr-defined]
