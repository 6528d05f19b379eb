"""What the people behind the web form's addresses have said to us, here and elsewhere."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy import insert as insert_into

from services.tickets.domain.visitors import UNVERIFIED, Acquaintance, Word
from services.tickets.tables import Verification
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import Channel, Status

VERIFICATION = table(Verification)


async def acquaintance(tx: Tx, person_id: UUID, inbox: bytes) -> Acquaintance:
    """Whether the person wrote by another door or confirmed a request, and their inbox' last no."""
    row = await tx.row(
        """select exists (select from tickets.ticket
                where requester_id = :person and channel <> :form and not :unverified = any(tags))
            or exists (select from tickets.verification
                where person_id = :person and word = :confirmed) as met,
            (select max(said_at) from tickets.verification
                where inbox = :inbox and word = :denied) as denied_at""",
        {
            "person": person_id,
            "inbox": inbox,
            "form": Channel.FORM,
            "unverified": UNVERIFIED,
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


async def unanswered(tx: Tx, ticket_id: UUID, person_id: UUID) -> list[UUID]:
    """Requests of the person that live in this ticket and of which they have said nothing."""
    rows = await tx.rows(
        """with recursive part (asked_id, id, into_id) as (
            select t.id, t.id, t.merged_into from tickets.verification v
            join tickets.ticket t on t.id = v.ticket_id
            where v.person_id = :person and v.word is null
            union
            select p.asked_id, t.id, t.merged_into from tickets.ticket t
            join part p on t.id = p.into_id
        ) select asked_id from part where id = :ticket order by asked_id""",
        {"ticket": ticket_id, "person": person_id},
    )
    return [row["asked_id"] for row in rows]


async def untold(tx: Tx, most: int) -> list[RowMapping]:
    """Requests that came before anybody else was told that they are unconfirmed; locked."""
    rows = await tx.rows(
        """select ticket_id, person_id, inbox, (select min(f.asked_at) from tickets.verification f
            where f.person_id = v.person_id) as first_at from tickets.verification v
            where not told order by ticket_id limit :most for update skip locked""",
        {"most": most},
    )
    return list(rows)


async def tell(tx: Tx, ticket_ids: Iterable[UUID]) -> None:
    await tx.execute(
        "update tickets.verification set told = true where ticket_id = any(:ids)",
        {"ids": list(ticket_ids)},
    )


async def denied(tx: Tx, ticket_id: UUID, people: Iterable[UUID]) -> list[UUID]:
    """Those of the people who said that a request which lives here is not theirs.

    Whoever wrote on the ticket since then takes part in it after all.
    """
    said = await denying(tx, people)
    if not said:
        return []
    rows = await tx.rows(
        """with recursive part (person_id, said_at, id, into_id) as (
            select v.person_id, v.said_at, t.id, t.merged_into from tickets.verification v
            join tickets.ticket t on t.id = v.ticket_id
            where v.person_id = any(:people) and v.word = :denied
            union all
            select p.person_id, p.said_at, t.id, t.merged_into from tickets.ticket t
            join part p on t.id = p.into_id
        ) select distinct p.person_id from part p where p.id = :ticket and not exists (
            select from tickets.message m where m.ticket_id = :ticket
            and m.author_id = p.person_id and m.created_at > p.said_at and not m.automatic)""",
        {"people": list(said), "denied": Word.DENIED, "ticket": ticket_id},
    )
    return [row["person_id"] for row in rows]


async def denying(tx: Tx, people: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the people in whose inbox any request was ever denied: mostly nobody."""
    rows = await tx.rows(
        """select distinct v.person_id from tickets.verification v
        where v.person_id = any(:people) and (v.word = :denied or exists (
            select from tickets.verification d where d.inbox = v.inbox and d.word = :denied))""",
        {"people": list(people), "denied": Word.DENIED},
    )
    return frozenset(row["person_id"] for row in rows)


async def in_peace(tx: Tx, ticket_ids: Iterable[UUID], since: datetime) -> dict[UUID, UUID]:
    """Unanswered requests and their people, where the same inbox has denied another since then."""
    rows = await tx.rows(
        """select v.ticket_id, v.person_id from tickets.verification v
        where v.ticket_id = any(:ids) and v.word is null and (exists (
            select from tickets.verification d where d.inbox = v.inbox
            and d.word = :denied and d.said_at > :since) or exists (
            select from tickets.verification d where d.person_id = v.person_id
            and d.word = :denied and d.said_at > :since))""",
        {"ids": list(ticket_ids), "denied": Word.DENIED, "since": since},
    )
    return {row["ticket_id"]: row["person_id"] for row in rows}


async def pending(tx: Tx, person_id: UUID, most: int) -> list[RowMapping]:
    """Requests in the person's name of which nothing was said, newest first; no spam."""
    rows = await tx.rows(
        """select t.id, t.number from tickets.verification v
        join tickets.ticket t on t.id = v.ticket_id
        where v.person_id = :person and v.word is null and t.status <> :spam
        order by v.asked_at desc, t.id desc limit :most""",
        {"person": person_id, "spam": Status.SPAM, "most": most},
    )
    return list(rows)


async def say(tx: Tx, ticket_id: UUID, word: Word) -> bool:
    """Note the reader's word; False when it was said before."""
    result = await tx.execute(
        """update tickets.verification set word = :word, said_at = :now
        where ticket_id = :id and word is distinct from :word""",
        {"id": ticket_id, "word": word, "now": tx.now},
    )
    return bool(result.rowcount)
