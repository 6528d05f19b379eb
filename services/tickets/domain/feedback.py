"""When a resolution may be rated, and when a low rating reopens the ticket (R14, R16)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.tickets.domain.reopening import inside_window
from services.tickets.domain.words import Ticket
from shared.vocabulary import Localized, Status

RATED: Final = frozenset({Status.RESOLVED, Status.CLOSED})
VOTES: Final = 20
"""So often a resolution is rated, changes included; each is a fact that others are told of."""


class Standing(StrEnum):
    """What a resolution is to whoever would rate it."""

    OPEN = "open"
    UNSOLVED = "unsolved"
    MERGED = "merged"
    PASSED = "passed"
    """The ticket was reopened meanwhile: another resolution will ask anew."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Policy:
    """How long a resolution may be rated, and up to which score a rating may reopen; 0 = never."""

    window: timedelta
    reopen_score: int


def rated_until(ticket: Ticket, policy: Policy) -> datetime | None:
    """The last instant at which the present resolution may be rated, or rated otherwise."""
    ended = ticket.resolved_at or ticket.closed_at
    return None if ended is None else ended + policy.window


def standing(ticket: Ticket, policy: Policy, now: datetime, *, same: bool = True) -> Standing:
    """`same`: the resolution that is meant is the ticket's present one."""
    if not same:
        return Standing.PASSED
    if ticket.status is Status.MERGED:
        return Standing.MERGED
    until = rated_until(ticket, policy)
    if ticket.status not in RATED or until is None:
        return Standing.UNSOLVED
    return Standing.OPEN if now <= until else Standing.EXPIRED


def reopens(score: int, policy: Policy) -> bool:
    """Whether a rating so low may reopen at all."""
    return score <= policy.reopen_score


def may_reopen_until(
    ticket: Ticket, score: int | None, policy: Policy, now: datetime
) -> datetime | None:
    """Until when this rating could still reopen the ticket; None when it cannot."""
    if score is None or not reopens(score, policy) or ticket.status not in RATED:
        return None
    return ticket.reopen_until if inside_window(ticket, now) else None


FEEDBACK_STORIES: Final[Mapping[str, Localized]] = {
    "feedback_given": {"ar": "قيّم العميل الخدمة: {score} من 5", "en": "Rated {score} of 5"},
    "reopened.feedback": {
        "ar": "أعاد العميل فتح التذكرة مع تقييمه",
        "en": "The customer reopened the ticket along with the rating",
    },
}
