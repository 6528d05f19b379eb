"""Mails of one sender that wait for their decision, in the order in which they came."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shared.kit.tx import Tx

_MOST = 20
_LATE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Ahead:
    """An earlier mail; its content once it has been read."""

    mail_id: UUID
    content: bytes | None


async def ahead(tx: Tx, mail_id: UUID, sender_tag: bytes) -> list[Ahead]:
    """Undecided ones before this; of those that are still unread only what is late already.

    Until a mail has been read its sender is the envelope's. Mails of one content wait for each
    other in the order in which they were read: here they would wait the other way round as well.
    """
    rows = await tx.rows(
        """select o.id, case when o.state = 'parsed' then p.content end as content
        from intake.inbound_mail m, intake.inbound_mail o
            left join intake.mail_parsed p on p.mail_id = o.id
        where m.id = :id and o.id < :id and o.sender_tag = :tag
            and o.state in ('accepted', 'parsed')
            and coalesce(o.duplicate_of, o.id) <> coalesce(m.duplicate_of, m.id)
            and (o.state = 'parsed' or o.attempts > 0 or o.accepted_at < :late)
        order by o.id desc limit :most""",
        {"id": mail_id, "tag": sender_tag, "late": tx.now - _LATE, "most": _MOST},
    )
    return [Ahead(row["id"], row["content"]) for row in rows]
