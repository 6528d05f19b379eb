"""What of an event customers and their own programs hear, and what the house itself does."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from shared.vocabulary import Status

Data = Mapping[str, Any]

_OF_THE_HOUSE: Final[Mapping[str, frozenset[str]]] = {
    "sla": frozenset({"ladder"}),
    "escalation": frozenset({"user_ids", "assign_to", "actor_id"}),
    "ticket.opened": frozenset({"mail_id", "acknowledge", "confirm"}),
    "ticket.message_added": frozenset({"mail_id", "once"}),
    "ticket.assigned": frozenset({"previous_id", "rule"}),
    "ticket.split": frozenset({"mail_ids"}),
    "ticket.merged": frozenset({"into_version"}),
    "ticket.unmerged": frozenset({"from_version"}),
    "ticket.edited": frozenset({"denied_by", "unconfirmed"}),
}
"""By family or kind, what customers do not read on the ticket either: whom the ladder reached,
who had it before, by which rule it was given, mails as we keep them, steps of other tickets."""
_INSIDE: Final = frozenset({"ticket.escalation_requested"})
"""Kinds of which the timeline of customers says nothing."""
_ONLY: Final = "outside"
"""Set in facts that are for customers alone: what they hear of spam is that it was closed."""
_SPAM: Final[Mapping[str, Mapping[str, str]]] = {
    "from_status": {Status.SPAM: Status.CLOSED.value},
    "to_status": {Status.SPAM: Status.CLOSED.value},
    "cause": {"spam": "close", "unspam": "reopen"},
}
"""What the desk thinks of a mail is its own business: spam is told as closed."""
_ENDED: Final = frozenset({Status.CLOSED, Status.SPAM})
_STRANGERS: Final = frozenset({"other_id", "incident_id"})
"""Other tickets, which may be another organization's."""
_KIN: Final = frozenset({"into_id", "from_id", "new_id", "follow_up_of", "split_from"})
"""Other tickets of the same organization."""


def outside(kind: str, data: Data) -> dict[str, Any] | None:
    """What customers and their own programs see of an event; None when they hear nothing."""
    family, name = kind.split(".")[:2]
    if f"{family}.{name}" in _INSIDE:
        return None
    nothing: frozenset[str] = frozenset()
    hidden = _OF_THE_HOUSE.get(family, nothing) | _OF_THE_HOUSE.get(f"{family}.{name}", nothing)
    told = {name: value for name, value in data.items() if name not in hidden and name != _ONLY}
    return _kindly(told) if kind.startswith("ticket.status_changed") else told


def for_house(data: Data) -> bool:
    """Whether the house itself hears of an event."""
    return not data.get(_ONLY)


def inside_only(kind: str, data: Data) -> bool:
    """Whether an event speaks of work that customers do not see: internal notes."""
    return kind.startswith("ticket.message_added") and data.get("public") is False


def strangers(kind: str, data: Data) -> frozenset[str]:
    """Tickets that an event names and that may belong to another organization."""
    return _named(kind, data, _STRANGERS)


def others(kind: str, data: Data) -> frozenset[str]:
    """All other tickets that an event names."""
    return _named(kind, data, _STRANGERS | _KIN)


def unnamed(data: Data, unseen: Collection[str]) -> dict[str, Any]:
    """The same without the tickets that its reader may not see."""
    hidden = {name for name in _STRANGERS | _KIN if data.get(name) in unseen}
    return {name: None if name in hidden else value for name, value in data.items()}


def _named(kind: str, data: Data, names: frozenset[str]) -> frozenset[str]:
    if not kind.startswith("ticket."):
        return frozenset()
    return frozenset(data[name] for name in names if data.get(name) is not None)


def _kindly(data: dict[str, Any]) -> dict[str, Any] | None:
    """Who sent rubbish cannot tell it from a ticket that somebody, or its time, has closed."""
    before, after = data.get("from_status"), data.get("to_status")
    if Status.SPAM in {before, after} and _ENDED.issuperset({before, after}):
        return None
    by_time = (before, after) == (Status.RESOLVED, Status.SPAM)
    told = {
        name: words.get(data[name], data[name]) for name, words in _SPAM.items() if name in data
    }
    return data | told | ({"actor_id": None} if by_time else {})
