"""Rare tags of an organization: its few tickets are found before its people's wall is built.

Behind row-level security PostgreSQL may not use the index of tags, because its operator could
tell something about rows of others: a customer's list would read all of the organization's rows.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from shared.kit.tx import Tx

FEW: Final = 1500
"""Whatever is more common is found sooner by walking the list."""
_USES: Final = """select coalesce(sum(n), 0)::bigint from (
        select n from tickets.tag_count where organization_id = :organization and tag = :tag
        union all
        select n from tickets.tag_change where organization_id = :organization and tag = :tag) c"""
# `:valued` keeps a plan for the average tag away (store/listing.py).
_HELD: Final = """select t.id from tickets.ticket t
    where t.organization_id = :organization and t.tags @> cast(:tags as text[]) and t.tags <> '{}'
        and (:valued or (select count(*) from tickets.ticket) >= 0) limit :limit"""


async def uses(tx: Tx, organization: UUID, tag: str) -> int:
    """How many of the organization's tickets bear the tag, as counted."""
    return int(await tx.scalar(_USES, {"organization": organization, "tag": tag}))


async def holders(tx: Tx, organization: UUID, tags: Sequence[str]) -> list[UUID] | None:
    """The organization's tickets with all of these tags; None when they are not few."""
    asked = {"organization": organization, "tags": list(tags), "valued": True, "limit": FEW + 1}
    rows = await tx.rows(_HELD, asked)
    return [row["id"] for row in rows] if len(rows) <= FEW else None
