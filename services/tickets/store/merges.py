"""Merges: what exactly moved with each, so that it can be undone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.tickets.store.rows import Row
from shared.kit.ids import uuid7
from shared.kit.tx import Tx

Links = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What went from one ticket to another."""

    messages: tuple[UUID, ...]
    mails: tuple[UUID, ...]
    people: tuple[UUID, ...]
    departments: tuple[UUID, ...]
    followers: tuple[UUID, ...]
    links: Links


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge that is not undone."""

    id: UUID
    source_id: UUID
    target_id: UUID
    at: datetime
    taken: Taken


async def add(tx: Tx, pair: tuple[UUID, UUID], organization_id: UUID, taken: Taken) -> None:
    await tx.execute(
        """insert into tickets.merge (id, source_id, target_id, organization_id, actor_id,
            merged_at, message_ids, mail_ids, people, departments, followers, links)
        values (:id, :source, :target, :organization, :actor, :now, :messages, :mails, :people,
            :departments, :followers, cast(:links as jsonb))""",
        {
            "id": uuid7(),
            "source": pair[0],
            "target": pair[1],
            "organization": organization_id,
            "actor": tx.caller.id,
            "now": tx.now,
            "messages": list(taken.messages),
            "mails": list(taken.mails),
            "people": list(taken.people),
            "departments": list(taken.departments),
            "followers": list(taken.followers),
            "links": orjson.dumps(taken.links).decode(),
        },
    )


async def of_sources(tx: Tx, source_ids: list[UUID]) -> dict[UUID, Merge]:
    """The standing merges of these tickets, by the ticket that was merged."""
    rows = await tx.rows(
        """select *, links::text as link_text from tickets.merge
        where source_id = any(:ids) and undone_at is null""",
        {"ids": source_ids},
    )
    return {row["source_id"]: _merge(row) for row in rows}


async def end(tx: Tx, merge: Merge) -> None:
    await tx.execute(
        "update tickets.merge set undone_at = :now where id = :id", {"id": merge.id, "now": tx.now}
    )


async def forget(tx: Tx, later: Merge, taken: Taken, links: Links) -> None:
    """What an inner merge gives back is no longer a later one's to give; `links` are what stays."""
    await tx.execute(
        f"""update tickets.merge set {", ".join(map(_without, _LISTS))},
            links = cast(:links as jsonb) where id = :id""",
        {
            "id": later.id,
            "links": orjson.dumps(links).decode(),
            "message_ids": list(taken.messages),
            "mail_ids": list(taken.mails),
            "people": list(taken.people),
            "departments": list(taken.departments),
            "followers": list(taken.followers),
        },
    )


_LISTS = ("message_ids", "mail_ids", "people", "departments", "followers")


def _without(column: str) -> str:
    return (
        f"{column} = array(select one from unnest({column}) one"
        f" where not one = any(cast(:{column} as uuid[])))"
    )


def _merge(row: Row) -> Merge:
    taken = Taken(
        tuple(row["message_ids"]),
        tuple(row["mail_ids"]),
        tuple(row["people"]),
        tuple(row["departments"]),
        tuple(row["followers"]),
        orjson.loads(row["link_text"]),
    )
    return Merge(row["id"], row["source_id"], row["target_id"], row["merged_at"], taken)
