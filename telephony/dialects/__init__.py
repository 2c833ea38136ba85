"""Other products' APIs over the same rows and services, one package each. See docs/adding-a-dialect.md."""

from pkgutil import iter_modules

from django.conf import settings


def available() -> tuple[str, ...]:
    """Return the names of all dialects: the packages in this folder."""
    return tuple(sorted(module.name for module in iter_modules(__path__) if module.ispkg))


def enabled() -> tuple[str, ...]:
    """Return the enabled dialects: `VOXA_DIALECTS`, or all if it is not set."""
    chosen: list[str] | None = settings.VOXA_DIALECTS
    return available() if chosen is None else tuple(name for name in available() if name in chosen)
