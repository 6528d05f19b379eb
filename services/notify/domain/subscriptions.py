"""Which events an endpoint asked for, and what a partner may see of them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from shared.vocabulary import Status

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


_OF_THE_HOUSE: Final[Mapping[str, set[str]]] = {
    "sla": {"ladder"},
    "escalation": {"user_ids", "assign_to"},
}
"""By family: who climbs to whom, which customers do not see on the ticket either."""


_SPAM: Final[Mapping[str, Mapping[str, str]]] = {
    "from_status": {Status.SPAM: Status.CLOSED.value},
    "to_status": {Status.SPAM: Status.CLOSED.value},
    "cause": {"spam": "close", "unspam": "reopen"},
}
"""What the desk thinks of a mail is its own business: spam is told as closed."""


def outside(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """What customers and their own programs see of an event."""
    hidden = _OF_THE_HOUSE.get(kind.partition(".")[0], set())
    told = {name: value for name, value in data.items() if name not in hidden}
    return _kindly(told) if kind.startswith("ticket.status_changed") else told


def _kindly(data: dict[str, Any]) -> dict[str, Any]:
    return data | {
        name: words.get(data[name], data[name]) for name, words in _SPAM.items() if name in data
    }


def inside_only(kind: str, data: dict[str, Any]) -> bool:
    """Whether an event speaks of work that customers do not see: internal notes."""
    return kind.startswith("ticket.message_added") and data.get("public") is False
