"""Names in JSON are camelCase, names in Python snake_case."""

import re

_UNDERSCORE = re.compile(r"(?<=[A-Za-z0-9])_([a-z0-9])")
CHOSEN = "variables."  # clients choose the names after it
_INDEX = re.compile(r"\.(\d+)(?=\.|$)")


def camel(name: str) -> str:
    """Return `ipOrDomain` for `ip_or_domain`; a path such as `gateways[0].ip_or_domain` keeps its brackets."""
    if name.startswith(CHOSEN):
        return name
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)


def bracket_indexes(path: str) -> str:
    """Return `gateways[0].port` for `gateways.0.port`."""
    return _INDEX.sub(r"[\1]", path)
