"""Asks the one clock of the house to wake this service (architecture.md, decision 2).

A timer is named by a key of the asking service; asking again moves it. It fires as `timer.fired`,
once for each due instant, also after any crash; `is_ours` tells whose it was.
"""

from datetime import datetime
from uuid import UUID

from shared.events.timer import Delay, TimerCancelled, TimerFired, TimerRequested
from shared.kit.tx import Tx


def ask_at(tx: Tx, key: str, about: UUID, due_at: datetime) -> None:
    """Wake us at an instant."""
    owner = tx.context.service
    tx.emit(TimerRequested(key=key, owner=owner, ticket_id=about, start_at=tx.now, due_at=due_at))


def ask_after(tx: Tx, key: str, about: UUID, start_at: datetime, delay: Delay) -> None:
    """Wake us when `delay` has been counted from `start_at` on the calendar of `about`."""
    owner = tx.context.service
    tx.emit(TimerRequested(key=key, owner=owner, ticket_id=about, start_at=start_at, after=delay))


def cancel(tx: Tx, key: str) -> None:
    """We no longer want it; cancelling what never was is nothing."""
    tx.emit(TimerCancelled(key=key, owner=tx.context.service))


def is_ours(tx: Tx, fact: TimerFired) -> bool:
    """Whether this service asked for the timer that fired."""
    return fact.owner == tx.context.service
