"""Tickets: found within the caller's rights, locked, changed."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Update, Uuid, bindparam, update

from services.tickets.domain.rights import Viewer
from services.tickets.domain.words import Ticket
from services.tickets.store import chains
from services.tickets.store.tallies import untallied
from services.tickets.store.visibility import visible
from services.tickets.tables import Ticket as TicketRow
from shared.kit.ids import uuid7
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import Channel, Locale, Priority, Status

TICKET = table(TicketRow)
_CHANGING = "for no key update of t"


def to_ticket(row: RowMapping) -> Ticket:
    """The row as the rules see it."""
    priority = row["requested_priority"]
    return Ticket(
        **{name: row[name] for name in _SAME},
        status=Status(row["status"]),
        priority=Priority(row["priority"]),
        requested_priority=Priority(priority) if priority else None,
        channel=Channel(row["channel"]),
        locale=Locale(row["locale"]),
        reopen_window=timedelta(seconds=row["reopen_window_seconds"]),
        mail_reopens=tuple(row["mail_reopens"]),
        tags=tuple(row["tags"]),
        watching_department_ids=tuple(row["watching_department_ids"]),
        status_before=Status(row["status_before"]) if row["status_before"] else None,
    )


_SAME = {field.name for field in fields(Ticket)} - {
    *("status", "priority", "requested_priority", "channel", "locale"),
    *("reopen_window", "mail_reopens", "tags", "watching_department_ids", "status_before"),
}


def columns_of(old: Ticket, new: Ticket) -> dict[str, Any]:
    """The columns in which two states of a ticket differ."""
    changed = {
        field.name: getattr(new, field.name)
        for field in fields(Ticket)
        if getattr(new, field.name) != getattr(old, field.name)
    }
    for name in ("mail_reopens", "tags", "watching_department_ids"):
        if name in changed:
            changed[name] = list(changed[name])
    if "reopen_window" in changed:
        changed["reopen_window_seconds"] = int(changed.pop("reopen_window").total_seconds())
    return changed


async def find(tx: Tx, viewer: Viewer, ticket_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """The ticket, if this viewer may see it; the one loader that every id goes through (T36)."""
    condition, params = visible(viewer)
    statement = f"select t.* from tickets.ticket t where t.id = :id and {condition}"
    if lock:
        return await tx.row(f"{statement} {_CHANGING}", {"id": ticket_id, **params})
    return await tx.row(statement, {"id": ticket_id, **params})


async def find_only(tx: Tx, viewer: Viewer, ticket_id: UUID) -> RowMapping | None:
    """`find` for a door that reads nothing else."""
    condition, params = visible(viewer)
    rows = await tx.only(
        f"select t.* from tickets.ticket t where t.id = :id and {condition}",
        {"id": ticket_id, **params},
    )
    return rows[0] if rows else None


async def several(tx: Tx, viewer: Viewer, ticket_ids: Sequence[UUID]) -> list[RowMapping]:
    """Those of the tickets that this viewer may see, and which transaction wrote them."""
    condition, params = visible(viewer)
    return await tx.only(
        "select t.*, t.xmin::text::bigint as state from tickets.ticket t"
        f" where t.id = any(:ids) and {condition}",
        {"ids": list(ticket_ids), **params},
    )


async def find_by_number(tx: Tx, viewer: Viewer, number: int) -> RowMapping | None:
    condition, params = visible(viewer)
    rows = await tx.only(
        f"select t.* from tickets.ticket t where t.number = :number and {condition}",
        {"number": number, **params},
    )
    return rows[0] if rows else None


async def highest_number(tx: Tx) -> int:
    found: int | None = await tx.scalar("select max(number) from tickets.ticket")
    return found or 0


async def lock(tx: Tx, ticket_id: UUID) -> RowMapping | None:
    """For consumers and timers, which act for the house."""
    return await tx.row(
        f"select t.* from tickets.ticket t where t.id = :id {_CHANGING}", {"id": ticket_id}
    )


async def lock_living(tx: Tx, ticket_id: UUID) -> RowMapping | None:
    """The ticket, or the one that it lives on in. Only that one is held, so nobody waits twice."""
    row = await lock(tx, await chains.living_id(tx, ticket_id))
    while row is not None and row["merged_into"] is not None:
        row = await lock(tx, await chains.living_id(tx, row["merged_into"]))
    return row


async def read(tx: Tx, ticket_id: UUID) -> RowMapping | None:
    """For the house itself: nothing is held, nothing filtered."""
    return await tx.row("select * from tickets.ticket where id = :id", {"id": ticket_id})


async def read_for_mail(tx: Tx, ticket_ids: Sequence[UUID]) -> list[RowMapping]:
    """Tickets with who takes part and the sealed headers of the mails that came in."""
    return await tx.only(
        """select t.*, array(select p.person_id from tickets.participant p
                where p.ticket_id = t.id order by p.added_at) as people,
            array(select m.id from tickets.message m where m.ticket_id = t.id
                and m.mail is not null order by m.created_at, m.id) as mail_ids,
            array(select m.mail from tickets.message m where m.ticket_id = t.id
                and m.mail is not null order by m.created_at, m.id) as mails
        from tickets.ticket t where t.id = any(:ids)""",
        {"ids": list(ticket_ids)},
    )


async def read_by_number(tx: Tx, number: int) -> RowMapping | None:
    return await tx.row("select * from tickets.ticket where number = :number", {"number": number})


async def read_living(tx: Tx, ticket_id: UUID) -> RowMapping | None:
    """`lock_living` without holding anything."""
    row = await read(tx, ticket_id)
    while row is not None and row["merged_into"] is not None:
        row = await read(tx, row["merged_into"])
    return row


async def change(tx: Tx, ticket_id: UUID, values: dict[str, Any]) -> RowMapping:
    """Write columns; the row as it is now."""
    statement = (
        update(TICKET)
        .where(TICKET.c.id == ticket_id)
        .values(**values, updated_at=tx.now)
        .returning(*TICKET.c)
        .add_cte(untallied(ticket_id))
    )
    row = await tx.row(statement)
    assert row is not None
    return row


def change_later(tx: Tx, ticket_id: UUID, values: dict[str, Any]) -> None:
    """`change` for a row that nobody reads: the same columns of many tickets go together."""
    params = {f"new_{name}": value for name, value in values.items()}
    params |= {"ticket": ticket_id, "moment": tx.now, "note_id": uuid7()}
    tx.write(_changing(tuple(sorted(values))), params, ticket_id)


@cache
def _changing(names: tuple[str, ...]) -> Update:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    return (
        update(TICKET)
        .where(TICKET.c.id == bindparam("ticket"))
        .values(**values, updated_at=bindparam("moment"))
        .add_cte(untallied(bindparam("ticket"), bindparam("note_id", type_=Uuid)))
    )


async def whose(tx: Tx, viewer: Viewer, ticket_ids: Sequence[UUID]) -> list[RowMapping]:
    """Requesters and organizations of those that this viewer may see."""
    condition, params = visible(viewer)
    return await tx.rows(
        f"""select t.requester_id, t.organization_id from tickets.ticket t
        where t.id = any(:ids) and {condition}""",
        {"ids": list(ticket_ids), **params},
    )


async def hold_all(tx: Tx, viewer: Viewer, ticket_ids: Sequence[UUID]) -> list[RowMapping]:
    """Those of many tickets that this viewer may see, locked in the order of their ids."""
    condition, params = visible(viewer)
    return await tx.rows(
        f"""select t.* from tickets.ticket t where t.id = any(:ids) and {condition}
        order by t.id {_CHANGING}""",
        {"ids": list(ticket_ids), **params},
    )


async def project(tx: Tx, ticket_id: UUID, values: dict[str, Any]) -> None:
    """Write what others told us: no step of the version, no `updated_at`."""
    statement = update(TICKET).where(TICKET.c.id == ticket_id).values(**values)
    if "sla" in values:
        statement = statement.add_cte(untallied(ticket_id))
    await tx.execute(statement)


_FIRST_WORD = (
    update(TICKET)
    .where(TICKET.c.id == bindparam("ticket"), TICKET.c.sla_sequence < bindparam("sequence"))
    .values(
        sla=bindparam("clocks"),
        sla_state=bindparam("state"),
        sla_sequence=bindparam("sequence"),
        next_due_at=bindparam("due"),
        reopen_window_seconds=bindparam("window"),
    )
)


def project_first(tx: Tx, ticket_id: UUID, values: dict[str, Any]) -> None:
    """What sla says first about a ticket needs no look at it before."""
    params = {
        "ticket": ticket_id,
        "clocks": values["sla"],
        "state": values["sla_state"],
        "sequence": values["sla_sequence"],
        "due": values["next_due_at"],
        "window": values["reopen_window_seconds"],
    }
    tx.write(_FIRST_WORD, params, ticket_id)


async def participants(tx: Tx, ticket_id: UUID) -> list[UUID]:
    return [row["person_id"] for row in await taking_part(tx, ticket_id)]


async def taking_part(tx: Tx, ticket_id: UUID) -> list[RowMapping]:
    """Who takes part besides the requester, and since when."""
    return await tx.rows(
        "select person_id, added_at from tickets.participant where ticket_id = :id"
        " order by added_at, person_id",
        {"id": ticket_id},
    )


async def add_participant(tx: Tx, ticket: Ticket, person_id: UUID) -> bool:
    """Remember who else takes part; the requester needs no row. False when that is no news."""
    if person_id == ticket.requester_id:
        return False
    added = await tx.scalar(
        "insert into tickets.participant (ticket_id, person_id, organization_id, added_at)"
        " values (:ticket, :person, :organization, :now) on conflict do nothing returning true",
        {
            "ticket": ticket.id,
            "person": person_id,
            "organization": ticket.organization_id,
            "now": tx.now,
        },
    )
    return bool(added)


async def recent_of(tx: Tx, requester_id: UUID, channel: Channel) -> RowMapping:
    """How many tickets a requester has made by one channel, for the acknowledgement rule."""
    row = await tx.row(
        """select count(*) filter (where created_at > :ten_minutes) as ten_minutes,
            count(*) filter (where created_at > :three_hours) as three_hours, count(*) as day
        from tickets.ticket
        where requester_id = :requester and channel = :channel and created_at > :day""",
        {
            "ten_minutes": tx.now - timedelta(minutes=10),
            "three_hours": tx.now - timedelta(hours=3),
            "day": tx.now - timedelta(days=1),
            "requester": requester_id,
            "channel": channel,
        },
    )
    assert row is not None
    return row
