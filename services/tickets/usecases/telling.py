"""Pages of tickets as JSON text: what was told of a row is told again until the row changes.

Agents look at the same queues all day; opening and composing fifty tickets costs ten times what
it takes to find out that they are still the same.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from services.tickets.domain.rights import Viewer
from services.tickets.domain.veil import Veil
from services.tickets.store import relatives, tickets
from services.tickets.store.relatives import NAMED
from services.tickets.store.rows import Row
from services.tickets.usecases import answers
from services.tickets.usecases.answers import Cards
from shared.kit.answers import dumps
from shared.kit.context import Context
from shared.kit.database import Database
from shared.kit.tx import Tx

MOST: Final = 4000
"""About as many kilobytes of this process."""

State = tuple[UUID, int, frozenset[str] | None]
"""A row, the transaction that wrote it (no row changes without another one), and the keys of
custom fields that the reader may not see; None for staff.
"""


class Told:
    """The newest tickets told, without their requesters, whose names change by themselves."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._texts: OrderedDict[State, bytes] = OrderedDict()

    def get(self, state: State) -> bytes | None:
        text = self._texts.get(state)
        if text is not None:
            self._texts.move_to_end(state)
        return text

    def keep(self, state: State, text: bytes) -> None:
        self._texts[state] = text
        while len(self._texts) > self._most:
            self._texts.popitem(last=False)


_told: WeakKeyDictionary[Database, Told] = WeakKeyDictionary()


async def page(
    tx: Tx, viewer: Viewer, veil: Veil, found: Sequence[Row]
) -> list[tuple[UUID, bytes]]:
    """Requester and text of the found rows (`listing.states`); what has just gone is left out.

    A text that hides another ticket is for this viewer alone.
    """
    told = _told.setdefault(tx.context.database, Told())
    hidden = veil.hidden()
    unseen = await relatives.unseen(tx, viewer, found)
    own = {row["id"] for row in found if not unseen.isdisjoint(row[name] for name in NAMED)}
    known = {
        row["id"]: None if row["id"] in own else told.get((row["id"], row["state"], hidden))
        for row in found
    }
    missing = [row_id for row_id, text in known.items() if text is None]
    if missing:
        rows = await tickets.several(tx, viewer, missing)
        await tx.context.vault.learn(row["organization_id"] for row in rows)
        for row in rows:
            text = await _tell(tx.context, veil, row, unseen)
            if row["id"] not in own:
                told.keep((row["id"], row["state"], hidden), text)
            known[row["id"]] = text
    shown = ((row["requester_id"], known[row["id"]]) for row in found)
    return [(requester, text) for requester, text in shown if text is not None]


async def _tell(context: Context, veil: Veil, row: Row, unseen: frozenset[UUID]) -> bytes:
    box = await context.vault.box(row["organization_id"])
    answer = answers.ticket(row, box, veil, unseen=unseen)
    del answer["requester"]
    return dumps(answer)


async def joined(context: Context, shown: Sequence[tuple[UUID, bytes]]) -> bytes:
    """The items of a page; names are asked for when the transaction is over."""
    cards = await answers.cards_for(context, [requester for requester, _ in shown])
    return b"[" + b",".join(_with(text, one, cards) for one, text in shown) + b"]"


def _with(text: bytes, requester: UUID, cards: Cards) -> bytes:
    return text[:-1] + b',"requester":' + dumps(answers.person(requester, cards)) + b"}"
