"""Whole indexes: one answers, another may be in the making, an old one is cleared away."""

from sqlalchemy import RowMapping

from services.tickets.store.search import Generation
from shared.kit.tx import Tx

_ROWS_AT_ONCE = 20_000


async def in_the_making(tx: Tx) -> RowMapping | None:
    return await tx.row("select * from tickets.search_generation where state = 'building'")


async def all_of_them(tx: Tx) -> list[RowMapping]:
    return await tx.rows("select * from tickets.search_generation order by id")


async def begin(tx: Tx, rules: int, *, fresh_key: bool) -> None:
    """Ask for a new index; nothing happens when one is in the making already."""
    await tx.execute(
        """insert into tickets.search_generation (id, key_version, state, rules, started_at)
        select max(id) + 1, max(key_version) + :step, 'building', :rules, :now
        from tickets.search_generation on conflict do nothing""",
        {"step": int(fresh_key), "rules": rules, "now": tx.now},
    )


async def outdated(tx: Tx, rules: int) -> bool:
    """Whether the index that answers was made by older rules."""
    found: bool = await tx.scalar(
        """select exists (select from tickets.search_generation
            where state = 'active' and rules < :rules)""",
        {"rules": rules},
    )
    return found


async def blank(tx: Tx) -> bool:
    """Whether there is nothing yet that an index could have."""
    found: bool = await tx.scalar("select not exists (select from tickets.ticket)")
    return found


async def restamp(tx: Tx, rules: int) -> None:
    """An index without tickets obeys any rules."""
    await tx.execute(
        "update tickets.search_generation set rules = :rules where state = 'active'",
        {"rules": rules},
    )


async def abandon(tx: Tx, generation: int) -> None:
    """An index that was begun by older rules is of no use any more."""
    await tx.execute(
        """update tickets.search_generation set state = 'retired'
        where id = :id and state = 'building'""",
        {"id": generation},
    )


async def following(tx: Tx, place: int, limit: int) -> list[RowMapping]:
    """The next tickets by number."""
    return await tx.rows(
        "select * from tickets.ticket where number > :place order by number limit :limit",
        {"place": place, "limit": limit},
    )


async def overlooked(tx: Tx, generation: int, limit: int) -> list[RowMapping]:
    """Tickets that got a number before the builder passed it, and were committed behind it."""
    return await tx.rows(
        """select t.* from tickets.ticket t where not exists (select from tickets.search_entry e
            where e.ticket_id = t.id and e.generation = :generation) limit :limit""",
        {"generation": generation, "limit": limit},
    )


async def advance(tx: Tx, generation: int, place: int, count: int) -> None:
    await tx.execute(
        """update tickets.search_generation
        set place = greatest(place, :place), done = done + :count where id = :id""",
        {"id": generation, "place": place, "count": count},
    )


async def take_over(tx: Tx, generation: Generation) -> None:
    """From now on the new index answers; the statement before and after see one active index."""
    await tx.execute(
        "update tickets.search_generation set state = 'retired' where state = 'active'"
    )
    await tx.execute(
        "update tickets.search_generation set state = 'active', finished_at = :now where id = :id",
        {"id": generation.id, "now": tx.now},
    )


async def clear_retired(tx: Tx) -> bool:
    """Drop some rows of indexes that no longer answer; whether there were any."""
    retired = await tx.scalar(
        "select id from tickets.search_generation where state = 'retired' order by id limit 1"
    )
    if retired is None:
        return False
    for table in ("posting", "search_entry"):
        result = await tx.execute(
            f"""delete from tickets.{table} where ctid = any(array(
                select ctid from tickets.{table} where generation = :id limit :limit))""",
            {"id": retired, "limit": _ROWS_AT_ONCE},
        )
        if result.rowcount:
            return True
    await tx.execute("delete from tickets.search_generation where id = :id", {"id": retired})
    return True


async def waiting(tx: Tx) -> dict[str, int]:
    """How much the index has yet to look at."""
    row = await tx.row(
        """select (select count(*) from tickets.message where not indexed) as messages,
            (select count(*) from tickets.ticket where reindex) as tickets,
            (select count(*) from tickets.search_task) as errands"""
    )
    return dict(row or {})


async def left(tx: Tx, place: int) -> int:
    """Tickets beyond a place."""
    found: int = await tx.scalar(
        "select count(*) from tickets.ticket where number > :place", {"place": place}
    )
    return found


async def size(tx: Tx) -> int:
    """Bytes on disk, of all indexes together."""
    found: int = await tx.scalar(
        """select pg_total_relation_size('tickets.posting')
            + pg_total_relation_size('tickets.search_entry')"""
    )
    return found
