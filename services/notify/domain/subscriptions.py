"""Which events an endpoint asked for."""

import re
from collections.abc import Iterable
from typing import Final

_PATTERN: Final = re.compile(r"\*|[a-z_]+\.(?:\*|[a-z_]+(?:\.v\d+)?)")


def known_pattern(pattern: str, types: Iterable[str]) -> bool:
    """Whether a pattern (`*`, `ticket.*`, `ticket.opened`, `ticket.opened.v1`) fits any type."""
    return _PATTERN.fullmatch(pattern) is not None and any(matches(pattern, one) for one in types)


def matches(pattern: str, kind: str) -> bool:
    """Whether an event type is one that the pattern asks for."""
    if pattern in {"*", kind}:
        return True
    if pattern.endswith(".*"):
        return kind.startswith(pattern[:-1])
    return kind.rpartition(".")[0] == pattern


def wanted(patterns: Iterable[str], kind: str) -> bool:
    """Whether any of an endpoint's patterns asks for the type; no pattern = all of them."""
    listed = list(patterns)
    return not listed or any(matches(one, kind) for one in listed)
