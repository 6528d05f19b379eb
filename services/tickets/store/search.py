"""The search index's errands: which tickets it must look at, and what of them it reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from shared.kit.callers import Seat
from shared.kit.tx import Tx

_MOST_MESSAGES = 400
_WANTED = """select id from (
    (select ticket_id as id from tickets.message where not indexed order by id limit :limit)
    union (select id from tickets.ticket where reindex order by id limit :limit)
    union (select about_id from tickets.search_task where kind = any(:kinds)
        order by kind, number limit :limit)) as waiting limit :limit"""


@dataclass(frozen=True, slots=True)
class Generation:
    """A whole index and the key it was made with."""

    id: int
    key_version: int


async def wanted(tx: Tx, kinds: Sequence[str], limit: int) -> list[UUID]:
    """Tickets with fresh texts, changed facts, or an errand of these kinds."""
    rows = await tx.rows(_WANTED, {"kinds": list(kinds), "limit": limit})
    return [row["id"] for row in rows]


async def generations(tx: Tx) -> list[Generation]:
    """The indexes that are kept up to date, the active one first."""
    rows = await tx.rows(
        "select id, key_version from tickets.search_generation"
        " where state <> 'retired' order by state"
    )
    return [Generation(row["id"], row["key_version"]) for row in rows]


async def people(tx: Tx, ticket_ids: Sequence[UUID]) -> list[RowMapping]:
    """Whose names tickets are found by; `shown`: customers see the address too."""
    return await tx.rows(
        """select id as ticket_id, requester_id as person_id, true as shown from tickets.ticket
            where id = any(:ids)
        union select ticket_id, person_id, true from tickets.participant
            where ticket_id = any(:ids)
        union select ticket_id, author_id, author_kind = 'customer' from tickets.message
            where ticket_id = any(:ids) and author_id is not null and public""",
        {"ids": list(ticket_ids)},
    )


async def readers(tx: Tx, ticket_ids: Sequence[UUID]) -> list[RowMapping]:
    return await tx.rows(
        "select ticket_id, person_id from tickets.participant where ticket_id = any(:ids)",
        {"ids": list(ticket_ids)},
    )


async def claim(tx: Tx, ticket_ids: Sequence[UUID]) -> list[RowMapping]:
    """The tickets, held; one that a verb holds right now is left for the next round."""
    rows = await tx.rows(
        "select * from tickets.ticket where id = any(:ids) for no key update skip locked",
        {"ids": list(ticket_ids)},
    )
    await tx.execute(
        "update tickets.ticket set reindex = false where id = any(:ids) and reindex",
        {"ids": [row["id"] for row in rows]},
    )
    return rows


async def look(tx: Tx, ticket_ids: Sequence[UUID]) -> list[RowMapping]:
    """The tickets as they are."""
    return await tx.rows(
        "select * from tickets.ticket where id = any(:ids)", {"ids": list(ticket_ids)}
    )


async def tasks(tx: Tx, ids: Sequence[UUID]) -> list[RowMapping]:
    return await tx.rows(
        "select about_id, kind, number from tickets.search_task where about_id = any(:ids)",
        {"ids": list(ids)},
    )


async def end_task(tx: Tx, about_id: UUID, kind: str) -> None:
    await tx.execute(
        "delete from tickets.search_task where about_id = :id and kind = :kind",
        {"id": about_id, "kind": kind},
    )


async def ask(tx: Tx, kind: str, about: Sequence[tuple[UUID, int]]) -> None:
    """Leave an errand for later."""
    await tx.execute(
        """insert into tickets.search_task (about_id, kind, number)
        select t.id, :kind, t.number
        from unnest(cast(:ids as uuid[]), cast(:numbers as bigint[])) as t (id, number)
        on conflict do nothing""",
        {"kind": kind, "ids": [one[0] for one in about], "numbers": [one[1] for one in about]},
    )


async def exists(tx: Tx, ticket_id: UUID) -> bool:
    found = await tx.scalar("select 1 from tickets.ticket where id = :id", {"id": ticket_id})
    return found is not None


async def ask_numbers(tx: Tx, kind: str, numbers: Sequence[int]) -> None:
    """An errand for each of these tickets."""
    await tx.execute(
        """insert into tickets.search_task (about_id, kind, number)
        select id, :kind, number from tickets.ticket where number = any(:numbers)
        on conflict do nothing""",
        {"kind": kind, "numbers": list(numbers)},
    )


async def changed_person(tx: Tx) -> UUID | None:
    """Somebody of whom the gateway said that something changed."""
    found: UUID | None = await tx.scalar(
        "select about_id from tickets.search_task where kind = 'person' order by about_id limit 1"
    )
    return found


async def changed_label(tx: Tx) -> UUID | None:
    """An option of a custom field that is called otherwise now."""
    found: UUID | None = await tx.scalar(
        "select about_id from tickets.search_task where kind = 'label' order by about_id limit 1"
    )
    return found


async def note_prints(tx: Tx, prints: Mapping[UUID, bytes]) -> None:
    """By which names tickets were indexed; an earlier print stays until all have followed."""
    await tx.execute(
        """insert into tickets.search_person (person_id, print)
        select * from unnest(cast(:ids as uuid[]), cast(:prints as bytea[]))
        on conflict do nothing""",
        {"ids": list(prints), "prints": list(prints.values())},
    )


async def print_of(tx: Tx, person_id: UUID) -> bytes | None:
    found: bytes | None = await tx.scalar(
        "select print from tickets.search_person where person_id = :id", {"id": person_id}
    )
    return found


async def change_print(tx: Tx, person_id: UUID, fresh: bytes) -> None:
    await tx.execute(
        "update tickets.search_person set print = :print where person_id = :id",
        {"id": person_id, "print": fresh},
    )


async def oldest_wait(tx: Tx) -> datetime | None:
    """Since when the oldest text waits to be indexed."""
    found: datetime | None = await tx.scalar(
        "select created_at from tickets.message where not indexed order by id limit 1"
    )
    return found


async def texts(tx: Tx, ticket_ids: Sequence[UUID], *, whole: bool) -> list[RowMapping]:
    """Messages without tokens, a bounded number at once; or all of them."""
    condition = "" if whole else "and not indexed order by id limit :limit"
    return await tx.rows(
        f"""select id, ticket_id, organization_id, public, body_text, visible_text
        from tickets.message where ticket_id = any(:ids) {condition}""",
        {"ids": list(ticket_ids), **({} if whole else {"limit": _MOST_MESSAGES})},
    )


async def open_texts(tx: Tx, ticket_ids: Sequence[UUID]) -> list[RowMapping]:
    """What the reader may read of these tickets, whole; internal notes for staff only."""
    hidden = "" if tx.caller.seat is not Seat.CUSTOMER else "and public"
    return await tx.rows(
        f"""select id, ticket_id, public, body_text from tickets.message
        where ticket_id = any(:ids) {hidden} order by created_at, id""",
        {"ids": list(ticket_ids)},
    )


async def open_files(tx: Tx, ticket_ids: Sequence[UUID]) -> list[RowMapping]:
    hidden = "" if tx.caller.seat is not Seat.CUSTOMER else "and public"
    return await tx.rows(
        f"""select id, ticket_id, public, name from tickets.attachment
        where ticket_id = any(:ids) {hidden}""",
        {"ids": list(ticket_ids)},
    )


async def files(tx: Tx, message_ids: Sequence[UUID]) -> list[RowMapping]:
    return await tx.rows(
        "select id, ticket_id, public, name from tickets.attachment where message_id = any(:ids)",
        {"ids": list(message_ids)},
    )


async def done(tx: Tx, message_ids: Sequence[UUID]) -> None:
    await tx.execute(
        "update tickets.message set indexed = true where id = any(:ids)",
        {"ids": list(message_ids)},
    )


async def again(tx: Tx, ticket_id: UUID) -> None:
    """All messages of a ticket are to be read anew."""
    await tx.execute(
        "update tickets.message set indexed = false where ticket_id = :id and indexed",
        {"id": ticket_id},
    )
