"""The reopen rule: a reply inside the window reopens, a later one is a follow-up (R14, R15)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.tickets.domain.words import Ticket
from shared.vocabulary import MailClass, Status

MAIL_REOPENS_A_DAY: Final = 3
"""The limiter of mail.md 9; beyond it a mail only joins the ticket."""
REOPENS_A_DAY: Final = 20
"""By whatever door; each solution in between writes to the customer: a program's loop must end."""
DAY: Final = timedelta(hours=24)

_ANSWERING: Final = frozenset({MailClass.HUMAN, MailClass.LIST})
ENDED: Final = frozenset({Status.RESOLVED, Status.CLOSED})


class Effect(StrEnum):
    """What a customer's mail does to the ticket that it answers."""

    APPEND = "append"
    ANSWER = "answer"
    REOPEN = "reopen"
    FOLLOW_UP = "follow_up"


def window_end(start: datetime, window: timedelta) -> datetime:
    """The last instant at which a reply still reopens."""
    return start + window


def inside_window(ticket: Ticket, at: datetime) -> bool:
    """Whether a reply that arrived at `at` is in time; the last instant counts."""
    return ticket.reopen_until is not None and at <= ticket.reopen_until


def is_automatic(mail_class: MailClass) -> bool:
    """Automatic mails move neither status nor clock (mail.md 10)."""
    return mail_class not in _ANSWERING


def recent(instants: Iterable[datetime], now: datetime) -> tuple[datetime, ...]:
    """The mail reopens of the last 24 hours."""
    return tuple(at for at in instants if now - at < DAY)


def effect_of_mail(
    ticket: Ticket, received_at: datetime, now: datetime, *, automatic: bool, may_reopen: bool
) -> Effect:
    """Judged by arrival, so that our lateness never costs the customer (decisions.md 3)."""
    if automatic or ticket.status is Status.SPAM:
        return Effect.APPEND
    if ticket.status not in ENDED:
        return Effect.ANSWER
    if not inside_window(ticket, received_at):
        return Effect.FOLLOW_UP
    if not may_reopen or len(recent(ticket.mail_reopens, now)) >= MAIL_REOPENS_A_DAY:
        return Effect.APPEND
    return Effect.REOPEN


def moved_window(ticket: Ticket, reopen_count: int | None, sent_at: datetime) -> datetime | None:
    """The new end once the resolution mail has left; moved once for each resolution.

    Never to an earlier instant than was told: a ticket may be solved before its terms are known.
    """
    stale = reopen_count is not None and reopen_count != ticket.reopen_count
    if stale or ticket.reopen_moved or ticket.status not in ENDED or ticket.resolved_at is None:
        return None
    moved = max(sent_at, ticket.resolved_at) + ticket.reopen_window
    return max(moved, ticket.reopen_until or moved)
