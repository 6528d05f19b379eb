"""What intake knows of tickets: their numbers, whose they are, who takes part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from shared.kit.tx import Tx

_FIELDS = "ticket_id, number, organization_id, requester_id, status, department_id, merged_into"


@dataclass(frozen=True, slots=True)
class Thread:
    """A ticket as far as matching needs it."""

    ticket_id: UUID
    number: int | None
    organization_id: UUID
    requester_id: UUID | None
    status: str
    department_id: UUID | None = None
    merged_into: UUID | None = None


async def by_number(tx: Tx, number: int) -> Thread | None:
    return await _one(tx, "number = :key", number)


async def by_id(tx: Tx, ticket_id: UUID) -> Thread | None:
    return await _one(tx, "ticket_id = :key", ticket_id)


_PUT: Final = """insert into intake.thread_ticket
        (ticket_id, number, organization_id, requester_id, status, department_id)
    values (:ticket_id, :number, :organization_id, :requester_id, :status, :department_id)
    on conflict (ticket_id) do update set number = excluded.number,
        organization_id = excluded.organization_id, requester_id = excluded.requester_id,
        department_id = excluded.department_id"""


def put(tx: Tx, thread: Thread) -> None:
    """A ticket that was opened, or learned from its service before its fact came."""
    params = {
        "ticket_id": thread.ticket_id,
        "number": thread.number,
        "organization_id": thread.organization_id,
        "requester_id": thread.requester_id,
        "status": thread.status,
        "department_id": thread.department_id,
    }
    tx.write(_PUT, params, thread.ticket_id)


async def set_status(tx: Tx, ticket_id: UUID, status: str) -> None:
    await tx.execute(
        "update intake.thread_ticket set status = :status where ticket_id = :id",
        {"id": ticket_id, "status": status},
    )


async def set_department(tx: Tx, ticket_id: UUID, department_id: UUID) -> None:
    """The ticket moved; its mails move with it, so that the new department may read them."""
    values = {"id": ticket_id, "department": department_id}
    await tx.execute(
        "update intake.thread_ticket set department_id = :department where ticket_id = :id", values
    )
    await tx.execute(
        "update intake.inbound_mail set department_id = :department where ticket_id = :id", values
    )
    await tx.execute(
        """update intake.inbound_mail c set department_id = :department
        from intake.inbound_mail m where m.ticket_id = :id and c.duplicate_of = m.id""",
        values,
    )


async def move_mails(tx: Tx, ticket_id: UUID, to: UUID, mail_ids: Sequence[UUID]) -> None:
    """Mails whose messages moved to another ticket."""
    await tx.execute(
        """update intake.inbound_mail set ticket_id = :to, department_id = coalesce(
            (select t.department_id from intake.thread_ticket t where t.ticket_id = :to),
            department_id)
        where id = any(:ids) and ticket_id = :ticket""",
        {"ids": list(mail_ids), "ticket": ticket_id, "to": to},
    )


async def set_watchers(tx: Tx, ticket_id: UUID, department_ids: Sequence[UUID]) -> None:
    values = {"id": ticket_id, "departments": list(department_ids)}
    await tx.execute(
        """delete from intake.thread_watcher where ticket_id = :id
        and department_id <> all(cast(:departments as uuid[]))""",
        values,
    )
    await tx.execute(
        """insert into intake.thread_watcher (department_id, ticket_id)
        select unnest(cast(:departments as uuid[])), :id on conflict do nothing""",
        values,
    )


async def set_window(tx: Tx, ticket_id: UUID, until: datetime) -> None:
    await tx.execute(
        "update intake.thread_ticket set reopen_until = :until where ticket_id = :id",
        {"id": ticket_id, "until": until},
    )


async def set_merged(tx: Tx, ticket_id: UUID, into: UUID | None) -> None:
    await tx.execute(
        "update intake.thread_ticket set merged_into = :into where ticket_id = :id",
        {"id": ticket_id, "into": into},
    )


_ADD_PERSON: Final = """insert into intake.thread_person (ticket_id, person_tag)
    values (:id, :tag) on conflict do nothing"""


def add_person(tx: Tx, ticket_id: UUID, person_tag: bytes) -> None:
    tx.write(_ADD_PERSON, {"id": ticket_id, "tag": person_tag}, ticket_id)


async def drop_person(tx: Tx, ticket_id: UUID, person_tag: bytes) -> None:
    await tx.execute(
        "delete from intake.thread_person where ticket_id = :id and person_tag = :tag",
        {"id": ticket_id, "tag": person_tag},
    )


async def has_person(tx: Tx, ticket_id: UUID, person_tag: bytes) -> bool:
    found: Any = await tx.scalar(
        "select 1 from intake.thread_person where ticket_id = :id and person_tag = :tag",
        {"id": ticket_id, "tag": person_tag},
    )
    return found is not None


async def _one(tx: Tx, condition: str, key: Any) -> Thread | None:
    row = await tx.row(
        f"select {_FIELDS} from intake.thread_ticket where {condition}", {"key": key}
    )
    return Thread(**row) if row else None
