"""Rows of people and tickets as notify knows them, and what of them a caller may see."""

from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, select

from services.notify.tables import Ticket
from shared.kit.callers import Caller, Seat
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import Role

_TICKET = table(Ticket)
_OPENED: Final = """insert into notify.ticket (ticket_id, organization_id, number, requester_id,
        assignee_id, department_id, participants, unconfirmed, version)
    values (:ticket_id, :organization_id, :number, :requester_id, :assignee_id, :department_id,
        '{}', :unconfirmed, :version)
    on conflict (ticket_id) do update set organization_id = excluded.organization_id,
        number = excluded.number, requester_id = excluded.requester_id,
        assignee_id = excluded.assignee_id, department_id = excluded.department_id,
        unconfirmed = excluded.unconfirmed, version = excluded.version"""
_PROMISED: Final = """insert into notify.ticket
        (ticket_id, organization_id, participants, promise, version)
    values (:ticket_id, :organization_id, '{}', :promise, 0)
    on conflict (ticket_id) do update set promise = excluded.promise"""
_PERSON: Final = """insert into notify.person (user_id, organization_id, roles, locale, disabled)
    values (:user_id, :organization_id, :roles, :locale, :disabled)
    on conflict (user_id) do update set organization_id = excluded.organization_id,
        roles = excluded.roles, locale = excluded.locale, disabled = excluded.disabled,
        bounced_at = null"""
_SEES_ALL = frozenset({Role.SENIOR_MANAGEMENT, Role.EXECUTIVE, Role.ADMIN, Role.AUDITOR})


def put_person(tx: Tx, values: dict[str, Any]) -> None:
    """A new address may answer again: an update takes the bounce mark away."""
    tx.write(_PERSON, values, values["user_id"])


async def disable_person(tx: Tx, user_id: UUID) -> None:
    await tx.execute(
        "update notify.person set disabled = true where user_id = :user_id", {"user_id": user_id}
    )


async def mark_bounced(tx: Tx, user_id: UUID) -> None:
    await tx.execute(
        "update notify.person set bounced_at = :now where user_id = :user_id",
        {"user_id": user_id, "now": tx.now},
    )


def mark_alive(tx: Tx, user_id: UUID) -> None:
    """Who writes to us can be written to again."""
    tx.write(_ALIVE, {"user_id": user_id}, user_id)


_ALIVE: Final = (
    "update notify.person set bounced_at = null where user_id = :user_id and bounced_at is not null"
)


async def person(tx: Tx, user_id: UUID) -> RowMapping | None:
    return await tx.row("select * from notify.person where user_id = :id", {"id": user_id})


async def administrators(tx: Tx) -> list[UUID]:
    """Whom problems of the house are told."""
    rows = await tx.rows(
        "select user_id from notify.person where roles @> cast(:role as text[])"
        " and not disabled order by user_id",
        {"role": [Role.ADMIN.value]},
    )
    return [row["user_id"] for row in rows]


def put_ticket(tx: Tx, values: dict[str, Any]) -> None:
    """The ticket as its first fact tells it; a promise that came before is kept."""
    tx.write(_OPENED, values, values["ticket_id"])


def put_promise(tx: Tx, ticket_id: UUID, organization_id: UUID, promise: dict[str, Any]) -> None:
    """The due times that sla promised; it may speak before the ticket's own first fact is here."""
    told = orjson.dumps(promise).decode()
    values = {"ticket_id": ticket_id, "organization_id": organization_id, "promise": told}
    tx.write(_PROMISED, values, ticket_id)


async def change_ticket(tx: Tx, ticket_id: UUID, column: str, value: Any) -> None:
    """One projected column; the name comes from our own code."""
    await tx.execute(
        f"update notify.ticket set {column} = :value where ticket_id = :ticket_id",
        {"ticket_id": ticket_id, "value": value},
    )


async def add_participant(tx: Tx, ticket_id: UUID, user_id: UUID) -> None:
    await tx.execute(
        "update notify.ticket set participants = participants || cast(:user_id as uuid)"
        " where ticket_id = :ticket_id and requester_id is distinct from :user_id"
        " and not cast(:user_id as uuid) = any(participants)",
        {"ticket_id": ticket_id, "user_id": user_id},
    )


async def put_participants(tx: Tx, ticket_id: UUID, users: list[UUID]) -> None:
    """Everybody who takes part, as tickets just said."""
    await tx.execute(
        "update notify.ticket set participants = cast(:users as uuid[])"
        " where ticket_id = :ticket_id",
        {"ticket_id": ticket_id, "users": users},
    )


async def drop_participant(tx: Tx, ticket_id: UUID, user_id: UUID) -> None:
    """They see nothing more of it."""
    await tx.execute(
        "update notify.ticket set participants = array_remove(participants, :user_id)"
        " where ticket_id = :ticket_id",
        {"ticket_id": ticket_id, "user_id": user_id},
    )


async def put_watchers(tx: Tx, ticket_id: UUID, users: list[UUID]) -> None:
    """Which colleagues want to hear of it, all of them as it is now."""
    await tx.execute(
        "update notify.ticket set watchers = cast(:users as uuid[]) where ticket_id = :ticket_id",
        {"ticket_id": ticket_id, "users": users},
    )


async def hearing(tx: Tx, ticket_id: UUID) -> list[UUID]:
    """The colleagues to tell of it now; of spam nobody is told."""
    users: list[UUID] | None = await tx.scalar(
        "select watchers from notify.ticket where ticket_id = :ticket_id"
        " and not silent and watchers <> '{}'",
        {"ticket_id": ticket_id},
    )
    return users or []


async def ticket(tx: Tx, ticket_id: UUID) -> RowMapping | None:
    return await tx.row(select(_TICKET).where(_TICKET.c.ticket_id == ticket_id))


async def seen(tx: Tx, caller: Caller, ticket_ids: list[UUID]) -> list[UUID]:
    """Those of the tickets whose events the caller may read."""
    condition, params = visible(caller)
    rows = await tx.rows(
        f"select t.ticket_id from notify.ticket t where t.ticket_id = any(:ids) and {condition}",
        {**params, "ids": ticket_ids},
    )
    return [row["ticket_id"] for row in rows]


async def unconfirmed(tx: Tx, ticket_id: UUID) -> bool:
    """Whether no customer may hear of it yet."""
    found: bool | None = await tx.scalar(
        "select unconfirmed from notify.ticket where ticket_id = :id", {"id": ticket_id}
    )
    return bool(found)


async def owned(tx: Tx, organization_id: UUID, ticket_ids: list[UUID]) -> list[UUID]:
    """Those of the tickets that are known to be an organization's."""
    rows = await tx.rows(
        "select ticket_id from notify.ticket"
        " where ticket_id = any(:ids) and organization_id = :organization",
        {"ids": ticket_ids, "organization": organization_id},
    )
    return [row["ticket_id"] for row in rows]


_OURS: Final = "t.organization_id = :mine and not t.unconfirmed"


def visible(caller: Caller) -> tuple[str, dict[str, Any]]:
    """The condition on `t` (notify.ticket) that the caller's rights amount to (decisions.md 19)."""
    who = {"me": caller.id, "mine": caller.organization_id, "deps": list(caller.department_ids)}
    if caller.kind == "client":
        bound = caller.organization_id is not None
        return (_OURS if bound else "true"), who
    if caller.seat is Seat.CUSTOMER:
        if caller.plays(Role.CUSTOMER_ADMIN):
            return _OURS, who
        own = "(t.requester_id = :me or :me = any(t.participants))"
        return f"{_OURS} and {own}", who
    if not _SEES_ALL.isdisjoint(caller.roles):
        return "true", who
    return "(t.department_id = any(:deps) or t.assignee_id = :me)", who
