"""Tags: one name for all writings of a tag, single ones added and removed, renamed by a job.

Macros and bulk actions ask for `names` before they hold a ticket, and give `amend` its tags.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal, cast
from uuid import UUID

from services.tickets.domain.listing import Filters
from services.tickets.domain.tags import MOST_TAGS, distinct, has, key_of, retagged, written
from services.tickets.domain.tagstories import difference
from services.tickets.problems.fields import fault
from services.tickets.store import tags as store
from services.tickets.store.rows import Row
from services.tickets.usecases.life import Life
from services.tickets.usecases.replying import begin
from services.tickets.usecases.sight import staff_only, viewer_of
from shared.events.ticket import TicketEdited
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.problems import NotFound
from shared.kit.tx import Tx

Part = Literal["subject", "tags", "custom"]


async def canonical(
    context: Context, caller: Caller, tags: Iterable[str], pointer: str = "/tags"
) -> tuple[str, ...]:
    """The names under which these tags are known; new ones become known by their writing."""
    wanted = list(tags)
    for index, tag in enumerate(wanted):
        if not key_of(tag):
            raise fault(f"{pointer}/{index}", "no_tag", caller.locale)
    found = await names(context, wanted)
    return tuple(dict.fromkeys(found[key_of(tag)] for tag in wanted))


async def names(context: Context, tags: Iterable[str]) -> dict[str, str]:
    """The same by their keys; what is no tag is left out."""
    plain = {key_of(tag): tag for tag in distinct(tags)}
    if not plain:
        return {}
    async with context.tx() as tx:
        found = await store.names(tx, plain)
    if fresh := {key: name for key, name in plain.items() if key not in found}:
        async with context.tx() as tx:
            await store.add(tx, fresh)
            found |= await store.names(tx, fresh)
    return found


async def known(context: Context, tags: Iterable[str]) -> tuple[str, ...]:
    """The same for questions: a tag that nobody has used stays as it is asked."""
    asked = {key_of(tag) or tag: tag for tag in tags}
    async with context.tx() as tx:
        found = await store.names(tx, asked)
    return tuple(dict.fromkeys(found.get(key, tag) for key, tag in asked.items()))


async def settled(context: Context, filters: Filters) -> Filters:
    """A list's filters with the tags under their names of today."""
    return replace(filters, tag=await known(context, filters.tag)) if filters.tag else filters


async def change(
    tx: Tx, caller: Caller, ticket_id: UUID, add: Sequence[str], remove: Sequence[str]
) -> tuple[Row, Life]:
    """Single tags come and go; what others did to the rest meanwhile stays."""
    viewer = staff_only(caller)
    added = await canonical(tx.context, caller, add, "/add")
    removed = await known(tx.context, remove)
    life = await begin(tx, caller, ticket_id, viewer)
    retag(life, added, (*remove, *removed))
    life.acted()
    return await life.save(), life


def retag(life: Life, add: Iterable[str], remove: Iterable[str] = ()) -> bool:
    """Change the tags of a held ticket; whether that is news."""
    before = life.ticket.tags
    after = retagged(before, add, remove)
    if after == before:
        return False
    if len(after) > MOST_TAGS and len(after) > len(before):
        raise fault("/add", "too_many_tags", life.tx.caller.locale, most=str(MOST_TAGS))
    life.change(tags=after)
    life.note("edited", {"fields": ["tags"]}, detail=difference(before, after))
    state_edited(life, ["tags"], after)
    return True


def state_edited(life: Life, parts: Iterable[str], tags: Iterable[str] | None) -> None:
    """The fact of an edit; `tags` where they changed, for the uptime of the customer."""
    mark = life.tx.context.settings.tickets_outage_tag
    life.state(
        TicketEdited(
            **life.base,
            fields=tuple(cast("Part", part) for part in parts),
            actor_id=life.actor.id,
            outage=None if tags is None else has(tags, mark),
        )
    )


async def suggestions(
    context: Context, caller: Caller, prefix: str, limit: int
) -> list[dict[str, Any]]:
    """Tags that begin so, with how many tickets within the caller's sight bear them."""
    viewer, key = viewer_of(caller), key_of(prefix)
    async with context.tx(caller) as tx:
        if viewer.staff:
            rows = await store.suggested(tx, viewer, key, limit)
        else:
            rows = await store.own(tx, viewer)
    found = [row for row in rows if viewer.staff or key_of(row["name"]).startswith(key)]
    return [{"tag": row["name"], "count": row["count"]} for row in found[:limit]]


async def rename(tx: Tx, caller: Caller, tag: str, to: str) -> Row:
    """A tag gets another name, or becomes one with a tag that has it; a job does the tickets."""
    staff_only(caller)
    old, new = key_of(tag), key_of(to)
    if not new:
        raise fault("/to", "no_tag", caller.locale)
    await store.alone(tx)
    await store.add(tx, {new: written(to)})
    rows = await store.hold(tx, [old, new])
    if old not in rows:
        raise fault("/tag", "unknown_tag", caller.locale)
    source = rows[old]["merged_into"] or old
    from_name = (await store.names(tx, [source]))[source]
    to_name = await _settle(tx, source, rows[new], written(to))
    if from_name == to_name:
        raise fault("/to", "same_tag", caller.locale)
    tx.wake("tickets.fields")
    return await store.add_job(tx, from_name, to_name)


async def job(tx: Tx, job_id: UUID) -> Row:
    found = await store.job(tx, job_id)
    if found is None:
        raise NotFound
    return found


async def _settle(tx: Tx, source: str, target: Row, name: str) -> str:
    """What `target` is called once `source` is the same tag; asked for by `name`."""
    key = target["key"]
    if key == source or target["merged_into"] == source:
        # Another writing of the tag itself, or back to a name that it had before.
        await store.rename(tx, key, name)
        if key != source:
            await store.merge(tx, source, key)
        return name
    into = target["merged_into"] or key
    await store.merge(tx, source, into)
    return (await store.names(tx, [into]))[into]
