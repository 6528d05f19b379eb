"""What the people behind the web form's addresses have said to us, here and elsewhere."""

from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy import insert as insert_into

from services.tickets.domain.visitors import Acquaintance, Word
from services.tickets.tables import Verification
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import Channel

VERIFICATION = table(Verification)


async def acquaintance(tx: Tx, person_id: UUID, inbox: bytes) -> Acquaintance:
    """Whether the person wrote by another door or confirmed a request, and their inbox' last no."""
    row = await tx.row(
        """select exists (select from tickets.ticket
                where requester_id = :person and channel <> :form)
            or exists (select from tickets.verification
                where person_id = :person and word = :confirmed) as met,
            (select max(said_at) from tickets.verification
                where inbox = :inbox and word = :denied) as denied_at""",
        {
            "person": person_id,
            "inbox": inbox,
            "form": Channel.FORM,
            "confirmed": Word.CONFIRMED,
            "denied": Word.DENIED,
        },
    )
    assert row is not None
    return Acquaintance(row["met"], row["denied_at"])


async def ask(tx: Tx, place: tuple[UUID, UUID, UUID], inbox: bytes) -> None:
    """A stranger's request; `place` = ticket, person, organization."""
    ticket_id, person_id, organization_id = place
    values = {"ticket_id": ticket_id, "person_id": person_id, "organization_id": organization_id}
    await tx.execute(insert_into(VERIFICATION), {**values, "inbox": inbox, "asked_at": tx.now})


async def find(tx: Tx, ticket_id: UUID) -> RowMapping | None:
    return await tx.row(
        "select * from tickets.verification where ticket_id = :id", {"id": ticket_id}
    )


async def say(tx: Tx, ticket_id: UUID, word: Word) -> bool:
    """Note the reader's word; False when it was said before."""
    result = await tx.execute(
        """update tickets.verification set word = :word, said_at = :now
        where ticket_id = :id and word is distinct from :word""",
        {"id": ticket_id, "word": word, "now": tx.now},
    )
    return bool(result.rowcount)
