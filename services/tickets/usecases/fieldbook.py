"""The definitions of custom fields as this process knows them: a small book, read often.

Whoever changes a definition makes this process read afresh for a while; another process
follows within the book's short life.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from services.tickets.domain.fieldrules import hidden_keys
from services.tickets.domain.fields import Field
from services.tickets.domain.rights import Viewer
from services.tickets.domain.veil import OPEN, Veil
from services.tickets.store import fields as store
from shared.kit.context import Context
from shared.kit.database import Database
from shared.kit.problems import Unavailable

LIFE: Final = timedelta(seconds=2)
DISTRUST: Final = timedelta(seconds=10)
"""Longer than a change needs from its statement to its commit."""


@dataclass(frozen=True, slots=True)
class Book:
    """All definitions, those no longer in use too."""

    by_key: Mapping[str, Field]
    by_id: Mapping[UUID, Field]


@dataclass(slots=True)
class _Shelf:
    book: Book | None = None
    read_at: datetime | None = None
    distrusted_until: datetime | None = None

    def fresh(self, now: datetime) -> Book | None:
        if self.distrusted_until is not None and now < self.distrusted_until:
            return None
        if self.read_at is None or not timedelta() <= now - self.read_at < LIFE:
            return None
        return self.book


_shelves: WeakKeyDictionary[Database, _Shelf] = WeakKeyDictionary()


async def book_of(context: Context) -> Book:
    """The definitions, at most two seconds old."""
    shelf = _shelves.setdefault(context.database, _Shelf())
    if (book := shelf.fresh(context.clock.now())) is not None:
        return book
    async with context.tx() as tx:
        found = await store.every(tx)
    shelf.book = Book({one.key: one for one in found}, {one.id: one for one in found})
    shelf.read_at = context.clock.now()
    return shelf.book


def at_hand(context: Context) -> Book:
    """The definitions as they were last read, for whoever holds a ticket and cannot wait.

    Whoever holds one has asked `book_of` before: `replying.begin` does, bulk actions must.
    """
    shelf = _shelves.get(context.database)
    if shelf is None or shelf.book is None:
        raise Unavailable
    return shelf.book


def distrust(context: Context) -> None:
    """A definition is about to change."""
    shelf = _shelves.setdefault(context.database, _Shelf())
    shelf.distrusted_until = context.clock.now() + DISTRUST


async def hidden_from_customers(context: Context) -> frozenset[str]:
    """Keys of the fields that customers may not see."""
    return frozenset(hidden_keys((await book_of(context)).by_key, staff=False))


async def veil_of(context: Context, viewer: Viewer) -> Veil:
    """What this viewer may see of custom values."""
    book = await book_of(context)
    return OPEN if viewer.staff else Veil(book.by_key, free=viewer.program)
