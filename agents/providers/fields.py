"""Which fields of an agent its AI provider uses. What would be without effect is refused when it is given."""

from collections.abc import Iterator, Mapping
from typing import Any

from agents.choices import AiProvider
from agents.providers import PROVIDERS
from agents.providers.base import SOME_USE

USED_BY: dict[str, tuple[AiProvider, ...]] = {
    name: tuple(kind for kind in AiProvider if name in PROVIDERS[kind].uses) for name in sorted(SOME_USE)
}


def unused(provider: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Return those of the fields that are given and that this provider would not use, each with its remedy."""
    return {name: _words(provider, name) for name, value in values.items() if value and not _uses(provider, name)}


def stored_in_vain(provider: str, row: Any) -> Iterator[str]:
    """Yield the fields of an agent that hold something and that this provider does not use."""
    return (name for name in USED_BY if getattr(row, name) and not _uses(provider, name))


def _uses(provider: str, name: str) -> bool:
    return provider not in PROVIDERS or name not in SOME_USE or name in PROVIDERS[provider].uses


def _words(provider: str, name: str) -> str:
    others = " or ".join(f"{one.value} ({one.label})" for one in USED_BY[name])
    return f"The provider {provider} ({AiProvider(provider).label}) does not use it. Leave it out, or choose {others}."
