"""Lists of mails, a page at a time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.intake.store.mails import DEPARTMENT, LIGHT, Row, read_row
from shared.kit.tx import Tx


@dataclass(frozen=True, slots=True)
class Wish:
    """Which mails a list shows; `before` is the id that the last page ended with."""

    before: UUID | None
    most: int
    within: Collection[UUID] | None
    only: Mapping[str, Any] = field(default_factory=dict)
    """Values that columns must have."""


async def page(tx: Tx, wish: Wish) -> list[Row]:
    """Newest first. Each department gives its own newest from the index, merged by id.

    So do the tickets that it looks on at: they are few.
    """
    wishes = ["true", *(f"{column} = :{column}" for column in wish.only)]
    wishes += ["id < :before"] if wish.before else []
    newest = f"""select {LIGHT} from intake.inbound_mail where {" and ".join(wishes)} %s
        order by id desc limit :most"""
    if wish.within is not None:
        own, seen = newest % f"and {DEPARTMENT} = mine", newest % "and ticket_id = w.ticket_id"
        newest = f"""select * from (
            select found.* from unnest(cast(:within as uuid[])) mine
                cross join lateral ({own}) found
            union
            select found.* from intake.thread_watcher w cross join lateral ({seen}) found
                where w.department_id = any(cast(:within as uuid[]))
            ) seen order by id desc limit :most"""
    else:
        newest %= ""
    values = {**wish.only, "before": wish.before, "most": wish.most}
    rows = await tx.rows(newest, {**values, "within": list(wish.within or ())})
    return [read_row(row) for row in rows]
