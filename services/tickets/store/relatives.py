"""Other tickets that a ticket names: whoever may not see one of them is not told which it is."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from services.tickets.domain.rights import Reach, Viewer
from services.tickets.store.rows import Row
from services.tickets.store.visibility import visible
from shared.kit.tx import Tx

NAMED: Final = ("follow_up_of", "merged_into")
"""The columns that name another ticket."""


async def unseen(tx: Tx, viewer: Viewer, rows: Iterable[Row]) -> frozenset[UUID]:
    """Of the tickets that these rows name, those that the viewer may not see."""
    return await unseen_among(tx, viewer, [row[name] for row in rows for name in NAMED])


async def unseen_among(
    tx: Tx, viewer: Viewer, ticket_ids: Iterable[UUID | None]
) -> frozenset[UUID]:
    named = frozenset(one for one in ticket_ids if one is not None)
    return named - await _seen(tx, viewer, "id", list(named)) if named else named


async def unseen_numbers(tx: Tx, viewer: Viewer, numbers: Sequence[int]) -> frozenset[int]:
    """The same by number, as the timeline names them."""
    return frozenset(numbers) - await _seen(tx, viewer, "number", list(numbers))


async def _seen(tx: Tx, viewer: Viewer, column: str, named: list[Any]) -> frozenset[Any]:
    if viewer.reach is Reach.ALL or not named:
        return frozenset(named)
    condition, params = visible(viewer)
    rows = await tx.rows(
        f"select t.{column} as named from tickets.ticket t"
        f" where t.{column} = any(:named) and {condition}",
        {"named": named, **params},
    )
    return frozenset(row["named"] for row in rows)
