"""Mails with the content of another that are looked at on their own."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.intake.store import mails
from services.intake.store.mails import Undecided
from shared.kit.tx import Tx

_EARLIER: Final = """
    select mail_id from intake.mail_digest where tag = (
        select digest_tag from intake.inbound_mail where id = :id)
    union all
    (select o.mail_id from intake.mail_copy o left join intake.mail_copy m
        on m.tag = o.tag and m.mail_id = :id
    where o.tag = (select digest_tag from intake.inbound_mail where id = :id)
        and o.mail_id <> :id and (m.place is null or o.place < m.place)
    order by o.place desc limit :most)"""
_MOST: Final = 20
"""Somebody may send one content in ever new guises; only so many are held against another."""


async def lock(tx: Tx, mail_ids: Sequence[UUID]) -> None:
    """Copies of one mail are looked at one after another; in one order, whoever looks."""
    await tx.rows(
        """select d.tag from intake.mail_digest d where d.tag in (
            select digest_tag from intake.inbound_mail where id = any(cast(:ids as uuid[])))
        order by d.tag for update""",
        {"ids": list(mail_ids)},
    )


async def earlier(tx: Tx, mail_id: UUID) -> list[Undecided]:
    """The first mail with that content, and the others that were looked at before this one."""
    rows = await tx.rows(_EARLIER, {"id": mail_id, "most": _MOST})
    return await mails.read_by(tx, [row["mail_id"] for row in rows])


async def note(tx: Tx, mail_id: UUID) -> None:
    """The mail may have an end of its own; noting it twice changes nothing."""
    await tx.execute(
        """insert into intake.mail_copy (tag, mail_id)
        select digest_tag, id from intake.inbound_mail where id = :id on conflict do nothing""",
        {"id": mail_id},
    )
