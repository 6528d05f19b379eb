"""Mails that come in one batch of facts: what is asked of each is asked of all at once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from services.tickets.store import held, messages
from shared.events.mail import MailRouted
from shared.kit.context import Context
from shared.kit.database import Database
from shared.kit.gathering import Gathering
from shared.kit.tx import Tx

_PLACE: Final = "tickets.arriving"
_questions: WeakKeyDictionary[Database, Gathering[UUID, bool]] = WeakKeyDictionary()


async def was_applied(context: Context, mail_id: UUID) -> bool:
    """Whether the mail is on a ticket already; asked together with the mails beside it."""
    asked = _questions.get(context.database)
    if asked is None:
        asked = _questions[context.database] = Gathering(partial(_ask, context))
    return await asked.add(mail_id)


async def _ask(context: Context, mail_ids: Sequence[UUID]) -> list[bool]:
    async with context.tx() as tx:
        applied = await messages.of_mails(tx, mail_ids)
    return [one in applied for one in mail_ids]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Mails with a single fact in the transaction, and those that are on a ticket."""

    lone: frozenset[UUID]
    applied: set[UUID]


async def take(tx: Tx, mail_id: UUID) -> bool:
    """Whether the mail is still to be applied; if so it waits for nobody's word any more."""
    batch: _Batch | None = tx.known.get(_PLACE)
    if batch is None:
        batch = tx.known[_PLACE] = await _look(tx)
    if mail_id not in batch.lone:  # what is said of it before its turn must have its effect first
        batch = await _look_at(tx, frozenset({mail_id}))
    if mail_id in batch.applied:
        return False
    batch.applied.add(mail_id)
    return True


async def _look(tx: Tx) -> _Batch:
    facts = Counter(event.subject for event in tx.beside)
    routed = (one.data for one in tx.beside if isinstance(one.data, MailRouted))
    return await _look_at(
        tx, frozenset(one.mail_id for one in routed if facts[str(one.mail_id)] == 1)
    )


async def _look_at(tx: Tx, mail_ids: frozenset[UUID]) -> _Batch:
    applied = await messages.of_mails(tx, mail_ids) if mail_ids else set()
    if fresh := mail_ids - applied:
        await held.drop_all(tx, fresh)
    return _Batch(mail_ids, applied)
