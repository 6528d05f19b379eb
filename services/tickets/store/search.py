"""Search keys: which messages still wait to be indexed, and the tokens of those that are."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import RowMapping

from shared.kit.tx import Tx


async def waiting(tx: Tx, limit: int) -> list[RowMapping]:
    """Claim messages without tokens, with their tickets' subjects."""
    return await tx.rows(
        """select m.*, t.subject from tickets.message m join tickets.ticket t on t.id = m.ticket_id
        where not m.indexed order by m.id limit :limit for no key update of m skip locked""",
        {"limit": limit},
    )


async def put(tx: Tx, found: Iterable[tuple[RowMapping, Iterable[bytes]]]) -> None:
    """Add tokens to tickets; a word of an internal note finds nothing for customers."""
    keys: dict[tuple[bytes, UUID], tuple[UUID, bool]] = {}
    for message, tokens in found:
        for token in tokens:
            key = (token, message["ticket_id"])
            public = message["public"] or keys.get(key, (None, False))[1]
            keys[key] = (message["organization_id"], public)
    ordered = sorted(keys.items())
    await tx.execute(
        """insert into tickets.search as s (token, ticket_id, organization_id, public)
        select * from unnest(cast(:tokens as bytea[]), cast(:tickets as uuid[]),
            cast(:organizations as uuid[]), cast(:publics as bool[]))
        on conflict (token, ticket_id) do update set public = true
            where excluded.public and not s.public""",
        {
            "tokens": [token for (token, _), _ in ordered],
            "tickets": [ticket for (_, ticket), _ in ordered],
            "organizations": [organization for _, (organization, _) in ordered],
            "publics": [public for _, (_, public) in ordered],
        },
    )


async def done(tx: Tx, message_ids: Iterable[UUID]) -> None:
    await tx.execute(
        "update tickets.message set indexed = true where id = any(:ids)",
        {"ids": list(message_ids)},
    )


async def forget_changed(tx: Tx) -> None:
    """Drop the tokens of tickets whose subject changed; their messages are indexed again."""
    rows = await tx.rows(
        """update tickets.ticket set reindex = false where id in (select id from tickets.ticket
            where reindex for no key update skip locked) returning id"""
    )
    if not rows:
        return
    params = {"ids": [row["id"] for row in rows]}
    await tx.execute("delete from tickets.search where ticket_id = any(:ids)", params)
    await tx.execute(
        "update tickets.message set indexed = false where ticket_id = any(:ids)", params
    )
