"""Whether a new ticket of the web form is acknowledged: caps against flooding somebody."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

TEN_MINUTES: Final = 3
THREE_HOURS: Final = 10
ONE_DAY: Final = 40


@dataclass(frozen=True, slots=True)
class Recent:
    """How many tickets of this requester the form has already made."""

    ten_minutes: int
    three_hours: int
    day: int


class Unsaid(StrEnum):
    """Why the form's request is not acknowledged, in the words of its story."""

    DENIED = "denied"
    TOO_MANY = "too_many"


def unsaid(recent: Recent, *, confirmed: bool, silent: bool) -> Unsaid | None:
    """None: the acknowledgement goes out, as far as this service knows."""
    if silent:
        return Unsaid.DENIED
    return None if acknowledged(recent, confirmed=confirmed) else Unsaid.TOO_MANY


def acknowledged(recent: Recent, *, confirmed: bool = False) -> bool:
    """The ticket is always made; only the mail about it stops (mail.md 10).

    Whose address is confirmed learns the number of each, within the caps that mail has too.
    """
    return (
        (confirmed or recent.ten_minutes < TEN_MINUTES)
        and recent.three_hours < THREE_HOURS
        and recent.day < ONE_DAY
    )
