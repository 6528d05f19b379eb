"""The life of a ticket: which action moves which status where (decisions.md 20)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from services.tickets.domain.reopening import inside_window
from services.tickets.domain.words import Action, Ticket, Verb
from shared.vocabulary import Status

_LIVE: Final = (
    Status.NEW,
    Status.OPEN,
    Status.WAITING_CUSTOMER,
    Status.WAITING_THIRD_PARTY,
)
LIVE: Final = frozenset(_LIVE)
TERMINAL: Final = frozenset({Status.MERGED, Status.SPAM})
_ALL_BUT_TERMINAL: Final = (*_LIVE, Status.RESOLVED, Status.CLOSED)

MOVES: Final[Mapping[tuple[Status, Action], Status]] = {
    (Status.NEW, Action.RESPOND): Status.OPEN,
    (Status.WAITING_CUSTOMER, Action.ANSWER): Status.OPEN,
    (Status.WAITING_THIRD_PARTY, Action.ANSWER): Status.OPEN,
    (Status.OPEN, Action.WAIT_FOR_CUSTOMER): Status.WAITING_CUSTOMER,
    (Status.OPEN, Action.WAIT_FOR_THIRD_PARTY): Status.WAITING_THIRD_PARTY,
    (Status.RESOLVED, Action.REOPEN): Status.OPEN,
    (Status.CLOSED, Action.REOPEN): Status.OPEN,  # inside the window, no other way
    **{(status, Action.RESOLVE): Status.RESOLVED for status in _LIVE},
    **{(status, Action.CLOSE): Status.CLOSED for status in (*_LIVE, Status.RESOLVED)},
    **{(status, Action.MERGE): Status.MERGED for status in _ALL_BUT_TERMINAL},
    **{(status, Action.SPAM): Status.SPAM for status in _ALL_BUT_TERMINAL},
}

RETURNS: Final[Mapping[Status, Action]] = {
    Status.MERGED: Action.UNMERGE,
    Status.SPAM: Action.UNSPAM,
}
"""What brings a ticket back that was set aside; it goes where it stood (`returned`)."""

_VERBS: Final[Mapping[Verb, Action]] = {
    Verb.RESOLVE: Action.RESOLVE,
    Verb.WAIT: Action.WAIT_FOR_CUSTOMER,
    Verb.CLOSE: Action.CLOSE,
    Verb.MERGE: Action.MERGE,
    Verb.SPAM: Action.SPAM,
}
_BACK: Final[Mapping[Action, Verb]] = {
    Action.UNMERGE: Verb.UNMERGE,
    Action.UNSPAM: Verb.UNSPAM,
}
_ANYWHERE: Final = frozenset({Verb.ASSIGN, Verb.SPLIT, Verb.LINK})
"""What every ticket allows that was not set aside."""


def target(status: Status, action: Action) -> Status | None:
    """Where `action` leads from `status`; None when it is not legal there."""
    return MOVES.get((status, action))


def legal_now(ticket: Ticket, at: datetime) -> tuple[Verb, ...]:
    """What staff may ask for of this ticket at this instant, in the order of the API."""
    return legal_verbs(ticket.status, in_window=inside_window(ticket, at))


def legal_verbs(status: Status, *, in_window: bool = False) -> tuple[Verb, ...]:
    """What staff may ask for in this state, in the order of the API."""
    if status in TERMINAL:
        return (_BACK[RETURNS[status]],)
    moving = {verb for verb, action in _VERBS.items() if (status, action) in MOVES}
    if may_reopen(status, in_window=in_window):
        moving.add(Verb.REOPEN)
    if status in LIVE:
        moving.add(Verb.ESCALATE)
    return tuple(verb for verb in Verb if verb in moving | _ANYWHERE)


def may_reopen(status: Status, *, in_window: bool) -> bool:
    """By hand: what is solved, and what was closed while a reply was still in time."""
    return status is Status.RESOLVED or (status is Status.CLOSED and in_window)


def returned(ticket: Ticket) -> Status:
    """Where a ticket goes that comes back: where it stood, but never into a wait that is over."""
    before = ticket.status_before or Status.OPEN
    if before is Status.WAITING_CUSTOMER and not customer_was_answered(ticket):
        return Status.OPEN
    return before


def takes_in(source: Status, target: Status) -> bool:
    """Whether `target` may take a ticket in: who still waits is not merged into a solved one."""
    if target in TERMINAL or target is Status.CLOSED:
        return False
    return target is not Status.RESOLVED or source not in LIVE


def turns_to_desk(source: Status, target: Status) -> bool:
    """Whether what is merged in ends the wait of the one that takes it."""
    waits = {Status.WAITING_CUSTOMER, Status.WAITING_THIRD_PARTY}
    return target is Status.WAITING_CUSTOMER and source in LIVE - waits


def customer_was_answered(ticket: Ticket) -> bool:
    """Whether a public staff message is newer than the customer's last one (sla.md 5.6)."""
    staff, customer = ticket.last_staff_message_at, ticket.last_customer_message_at
    return staff is not None and (customer is None or staff > customer)


def still_waits(ticket: Ticket, since: datetime) -> bool:
    """Whether the wait that began at `since` goes on: the customer has not written meanwhile."""
    heard = ticket.last_customer_message_at
    return ticket.status is Status.WAITING_CUSTOMER and (heard is None or heard <= since)


def close_key(ticket: Ticket) -> str:
    """The timer that closes this resolution and no other (decisions.md 4)."""
    return f"close:{ticket.id}:{ticket.reopen_count}"


def due_to_close(ticket: Ticket, reopen_count: int, now: datetime) -> bool:
    """A fired timer closes only the resolution it was armed for, once its window is over."""
    return (
        ticket.status is Status.RESOLVED
        and ticket.reopen_count == reopen_count
        and ticket.reopen_until is not None
        and now >= ticket.reopen_until
    )
