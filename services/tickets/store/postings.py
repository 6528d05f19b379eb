"""Rows of the search index: read for a query, changed in place by its one keeper."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from services.tickets.domain.postings import (
    LASTING,
    SIZE,
    SPARSE,
    Changes,
    Field,
    Key,
    bit_of,
    decode,
    encode,
    slice_of,
)
from shared.kit.tx import Tx

_KEYS = """unnest(cast(:slices as int[]), cast(:tokens as bytea[]), cast(:fields as smallint[]))
    as k (slice, token, field)"""


async def hold(tx: Tx) -> None:
    """One keeper at a time, over all processes: rows are read, changed and written back."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('tickets.posting'))")


async def change(tx: Tx, generation: int, changes: Changes) -> None:
    """Write gathered changes, row by row in the order of the key."""
    keys = changes.keys()
    if not keys:
        return
    before = await _read(tx, generation, keys)
    after = [(key, changes.applied(key, before.get(key, 0))) for key in keys]
    empty = [key for key, bits in after if not bits and key in before]
    fresh = [(key, bits) for key, bits in after if bits and bits != before.get(key)]
    if empty:
        await tx.execute(
            f"""delete from tickets.posting p using {_KEYS} where p.generation = :generation
            and p.slice = k.slice and p.token = k.token and p.field = k.field""",
            {"generation": generation, **_columns(empty)},
        )
    if fresh:
        await _put(tx, generation, fresh)


async def of_ticket(tx: Tx, generation: int, number: int) -> list[Key]:
    """All rows of messages' tokens that have this ticket: one slice is looked through."""
    piece, ordinal = slice_of(number), number & (SIZE - 1)
    rows = await tx.rows(
        """select slice, token, field, count, bits from tickets.posting
        where generation = :generation and slice = :slice and field = any(:fields)
        and case when count <= :sparse then position(cast(:pair as bytea) in bits) > 0
            else length(bits) > :byte and get_bit(bits, :ordinal) = 1 end""",
        {
            "generation": generation,
            "slice": piece,
            "fields": sorted(LASTING),
            "sparse": SPARSE,
            "pair": ordinal.to_bytes(2, "little"),
            "byte": ordinal >> 3,
            "ordinal": ordinal,
        },
    )
    bit = bit_of(number)
    return [_key(row) for row in rows if decode(row["count"], row["bits"]) & bit]


async def found(
    tx: Tx, generation: int, wanted: Iterable[bytes], slices: Sequence[int]
) -> list[RowMapping]:
    """Rows of these tokens in these slices."""
    return await tx.only(
        """select token, field, slice, count, bits from tickets.posting
        where generation = :generation and slice = any(:slices) and token = any(:tokens)""",
        {"generation": generation, "slices": list(slices), "tokens": sorted(wanted)},
    )


async def entries(tx: Tx, generation: int, ticket_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """What these tickets are found by so far."""
    rows = await tx.rows(
        """select ticket_id, marks from tickets.search_entry
        where generation = :generation and ticket_id = any(:ids)""",
        {"generation": generation, "ids": list(ticket_ids)},
    )
    return {row["ticket_id"]: row["marks"] for row in rows}


async def note_entries(tx: Tx, generation: int, rows: Sequence[tuple[UUID, int, bytes]]) -> None:
    await tx.execute(
        """insert into tickets.search_entry as e (generation, ticket_id, number, marks)
        select :generation, * from
            unnest(cast(:ids as uuid[]), cast(:numbers as bigint[]), cast(:marks as bytea[]))
        on conflict (ticket_id, generation) do update set marks = excluded.marks
            where e.marks <> excluded.marks""",
        {
            "generation": generation,
            "ids": [row[0] for row in rows],
            "numbers": [row[1] for row in rows],
            "marks": [row[2] for row in rows],
        },
    )


async def drop_entry(tx: Tx, ticket_id: UUID) -> None:
    await tx.execute("delete from tickets.search_entry where ticket_id = :id", {"id": ticket_id})


async def _read(tx: Tx, generation: int, keys: Sequence[Key]) -> dict[Key, int]:
    rows = await tx.rows(
        f"""select p.slice, p.token, p.field, p.count, p.bits from tickets.posting p
        join {_KEYS} using (slice, token, field) where p.generation = :generation""",
        {"generation": generation, **_columns(keys)},
    )
    return {_key(row): decode(row["count"], row["bits"]) for row in rows}


async def _put(tx: Tx, generation: int, rows: Sequence[tuple[Key, int]]) -> None:
    encoded = [encode(bits) for _, bits in rows]
    await tx.execute(
        """insert into tickets.posting (generation, slice, token, field, count, bits)
        select :generation, * from unnest(cast(:slices as int[]), cast(:tokens as bytea[]),
            cast(:fields as smallint[]), cast(:counts as smallint[]), cast(:bits as bytea[]))
        on conflict (generation, slice, token, field)
            do update set count = excluded.count, bits = excluded.bits""",
        {
            "generation": generation,
            **_columns([key for key, _ in rows]),
            "counts": [count for count, _ in encoded],
            "bits": [bits for _, bits in encoded],
        },
    )


def _columns(keys: Sequence[Key]) -> dict[str, list[object]]:
    return {
        "slices": [key[0] for key in keys],
        "tokens": [key[1] for key in keys],
        "fields": [int(key[2]) for key in keys],
    }


def _key(row: RowMapping) -> Key:
    return row["slice"], row["token"], Field(row["field"])
