"""Who takes part in a ticket no more."""

from collections.abc import Sequence
from uuid import UUID

from shared.kit.tx import Tx


async def drop_participants(
    tx: Tx, ticket_id: UUID, people: Sequence[UUID], *, silent_only: bool = False
) -> list[UUID]:
    """Who takes part no more; `silent_only` keeps whoever has a message on the ticket."""
    spoke = """and not exists (select from tickets.message m where m.ticket_id = p.ticket_id
        and m.author_id = p.person_id)"""
    rows = await tx.rows(
        f"""delete from tickets.participant p where p.ticket_id = :ticket
        and p.person_id = any(:people) {spoke if silent_only else ""} returning p.person_id""",
        {"ticket": ticket_id, "people": list(people)},
    )
    return [row["person_id"] for row in rows]
