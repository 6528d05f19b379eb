"""Facts stated by SQL: one text with holes for many facts that differ in a few places.

The event's model stays the only definition of the text. It is rendered once, as for any fact,
with marks for the values that only the statement knows; `format()` puts those in.
"""

import secrets
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from shared.events.base import Fact, render_instant
from shared.kit.outbox import Stated, envelope
from shared.kit.tx import Tx

Mark = UUID | datetime | int

EVENT: Final = uuid4()
SUBJECT: Final = uuid4()
SEQUENCE: Final = secrets.randbits(62) | 1 << 61
"""Marks are drawn by lot, so that no value of a fact is taken for one."""


def instant_mark() -> datetime:
    """A mark for an instant: long ago, with microseconds of its own."""
    return datetime(1970, 1, 1, tzinfo=UTC).replace(microsecond=1 + secrets.randbelow(999_999))


def stencil(tx: Tx, fact: Fact, *marks: Mark) -> str:
    """What `tx.emit(fact)` would write, for `format(text, event, subject, sequence, *values)`."""
    stated = Stated(EVENT, fact, str(SUBJECT), SEQUENCE, tx.now, tx.traceparent)
    text = envelope(tx.context.service, stated).replace("%", "%%")
    for place, mark in enumerate((EVENT, SUBJECT, SEQUENCE, *marks), start=1):
        text = text.replace(_rendered(mark), f"%{place}$s")
    return text


def _rendered(mark: Mark) -> str:
    return render_instant(mark) if isinstance(mark, datetime) else str(mark)
