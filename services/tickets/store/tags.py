"""Names of tags, how often each is used, and the jobs that rename them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert

from services.tickets.domain.rights import Reach, Viewer
from services.tickets.store.visibility import visible
from services.tickets.tables import Tag, TagJob
from shared.kit.ids import uuid7
from shared.kit.tables import table
from shared.kit.tx import Tx

TAG = table(Tag)
JOB = table(TagJob)
FOLDED: Final = 5000

OWN: Final = 2000
"""More tags than one customer's tickets will ever bear."""


async def names(tx: Tx, keys: Iterable[str]) -> dict[str, str]:
    """The names of known tags by their keys, those that were merged by their new ones."""
    rows = await tx.only(
        """select t.key, coalesce(m.name, t.name) as name from tickets.tag t
        left join tickets.tag m on m.key = t.merged_into where t.key = any(:keys)""",
        {"keys": list(keys)},
    )
    return {row["key"]: row["name"] for row in rows}


async def add(tx: Tx, tags: Mapping[str, str]) -> None:
    """New tags, in one order for everybody; who was first has named it."""
    rows = [{"key": key, "name": name, "created_at": tx.now} for key, name in sorted(tags.items())]
    await tx.execute(insert(TAG).on_conflict_do_nothing(), rows)


async def alone(tx: Tx) -> None:
    """One renaming at a time: each may touch any tag that was ever merged into its own."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('tickets.tag'))")


async def hold(tx: Tx, keys: Sequence[str]) -> dict[str, RowMapping]:
    rows = await tx.rows(
        "select * from tickets.tag where key = any(:keys) order by key for update",
        {"keys": list(keys)},
    )
    return {row["key"]: row for row in rows}


async def rename(tx: Tx, key: str, name: str) -> None:
    await tx.execute(
        "update tickets.tag set name = :name, merged_into = null where key = :key",
        {"key": key, "name": name},
    )


async def merge(tx: Tx, key: str, into: str) -> None:
    """One tag and all that was merged into it are another one from now on."""
    await tx.execute(
        "update tickets.tag set merged_into = :into where key = :key or merged_into = :key",
        {"key": key, "into": into},
    )


async def add_job(tx: Tx, from_tag: str, to_tag: str) -> RowMapping:
    row = await tx.row(
        insert(JOB)
        .values(
            id=uuid7(),
            from_tag=from_tag,
            to_tag=to_tag,
            actor_id=tx.caller.id,
            changed=0,
            look_at=tx.now,
            created_at=tx.now,
        )
        .returning(*JOB.c)
    )
    assert row is not None
    return row


async def job(tx: Tx, job_id: UUID) -> RowMapping | None:
    return await tx.row("select * from tickets.tag_job where id = :id", {"id": job_id})


async def next_job(tx: Tx) -> RowMapping | None:
    """The oldest that is due and not done, held until the end of the batch."""
    return await tx.row(
        """select * from tickets.tag_job where finished_at is null and look_at <= :now
        order by look_at, created_at limit 1 for no key update skip locked""",
        {"now": tx.now},
    )


async def worked(tx: Tx, job_id: UUID, changed: int) -> None:
    await tx.execute(
        "update tickets.tag_job set changed = changed + :changed where id = :id",
        {"id": job_id, "changed": changed},
    )


async def rested(tx: Tx, job_id: UUID, until: datetime) -> None:
    """Nothing is left: done when it is late enough, else to be looked at once more."""
    await tx.execute(
        "update tickets.tag_job set look_at = :until, finished_at = :finished where id = :id",
        {"id": job_id, "until": until, "finished": tx.now if until <= tx.now else None},
    )


async def bearing(tx: Tx, name: str, limit: int) -> list[RowMapping]:
    """Tickets that bear this very name, held."""
    return await tx.rows(
        """select t.* from tickets.ticket t where t.tags @> array[cast(:name as text)]
        and t.tags <> '{}' order by t.id limit :limit for no key update of t""",
        {"name": name, "limit": limit},
    )


async def suggested(tx: Tx, viewer: Viewer, prefix: str, limit: int) -> list[RowMapping]:
    """For staff: names by the beginning of their keys, with the counts of their departments."""
    named = "c.tag in (select t.name from tickets.tag t where t.key like :prefix)"
    wide = viewer.reach is Reach.ALL
    mine = "true" if wide else "c.department_id = any(:departments)"
    params = {} if wide else {"departments": list(viewer.department_ids)}
    plain = prefix.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return await tx.only(
        summed(f"{mine} and {named}"), params | {"prefix": f"{plain}%", "limit": limit}
    )


async def own(tx: Tx, viewer: Viewer) -> list[RowMapping]:
    """For customers: the tags of their organization, or of the tickets that they take part in."""
    if viewer.reach is Reach.ORGANIZATION:
        mine = {"organization": viewer.organization_id, "limit": OWN}
        return await tx.only(summed("c.organization_id = :organization"), mine)
    condition, params = visible(viewer)
    return await tx.only(
        f"""select named.tag as name, count(*) as count
        from tickets.ticket t, lateral unnest(t.tags) as named (tag)
        where {condition} and t.tags <> '{{}}' group by 1 order by 2 desc, 1 limit :limit""",
        {**params, "limit": OWN},
    )


def summed(condition: str) -> str:
    """The commonest of the tags whose counters meet the condition."""
    return f"""select tag as name, sum(n)::bigint as count from (
            select c.tag, c.n from tickets.tag_count c where {condition}
            union all select c.tag, c.n from tickets.tag_change c where {condition}
        ) counted group by tag having sum(n) > 0 order by 2 desc, 1 limit :limit"""


async def fold_counts(tx: Tx) -> int:
    """Add the latest changes to the counts; how many there were."""
    found: Any = await tx.scalar(
        """with gone as (delete from tickets.tag_change where id in (
                select id from tickets.tag_change order by id limit :limit for update skip locked)
            returning tag, department_id, organization_id, n),
        added as (insert into tickets.tag_count as c (tag, department_id, organization_id, n)
            select tag, department_id, organization_id, sum(n) from gone group by 1, 2, 3
            on conflict (tag, department_id, organization_id)
                do update set n = c.n + excluded.n)
        select count(*) from gone""",
        {"limit": FOLDED},
    )
    return int(found)
