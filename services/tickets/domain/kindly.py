"""What customers are told of a ticket that was set aside as spam: that it is closed.

What the desk thinks of a mail is its own business, and who sent rubbish learns nothing of it.
"""

from collections.abc import Mapping
from typing import Any, Final

from shared.vocabulary import Status

_STATES: Final = ("from_status", "to_status")


def told_status(status: str, *, staff: bool) -> str:
    return Status.CLOSED.value if status == Status.SPAM and not staff else status


def asked_states(states: tuple[Status, ...], *, staff: bool) -> tuple[Status, ...] | None:
    """The states that a list is narrowed to, as they are kept; None when nothing can be meant."""
    if staff or not states:
        return states
    known = tuple(one for one in states if one is not Status.SPAM)
    return (*known, Status.SPAM) if Status.CLOSED in known else known or None


def told_states(data: Mapping[str, Any], *, staff: bool) -> dict[str, Any]:
    """The states that an entry of the timeline names."""
    known = {name: told_status(data[name], staff=staff) for name in _STATES if name in data}
    return {**data, **known}
