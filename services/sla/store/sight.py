"""Which tickets' clocks a caller may see (decisions.md 19); row-level security stands behind."""

from typing import Any, Final
from uuid import UUID

from shared.kit.callers import Caller, Seat
from shared.kit.tx import Tx
from shared.vocabulary import Role

_SEES_ALL: Final = (Role.SENIOR_MANAGEMENT, Role.EXECUTIVE, Role.ADMIN, Role.AUDITOR)


_CONFIRMED: Final = (
    "ticket_id <> all(array(select u.ticket_id from sla.unconfirmed u"
    " where u.organization_id = :sight_organization))"
)


def condition(caller: Caller) -> tuple[str, dict[str, Any]]:
    """SQL over `sla.clock` and its parameters."""
    if caller.seat is Seat.CUSTOMER:
        own = f"organization_id = :sight_organization and {_CONFIRMED}"
        params: dict[str, Any] = {"sight_organization": caller.organization_id}
        if caller.kind == "client" or caller.plays(Role.CUSTOMER_ADMIN):
            return own, params
        mine = "(requester_id = :sight_caller or :sight_caller = any(participants))"
        return f"{own} and {mine}", {**params, "sight_caller": caller.id}
    if sees_all(caller):
        return "true", {}
    return (
        "(department_id = any(:sight_departments) or assignee_id = :sight_caller)",
        {"sight_departments": list(caller.department_ids), "sight_caller": caller.id},
    )


def sees_all(caller: Caller) -> bool:
    """Whether no department narrows what a member of the desk sees."""
    return caller.kind != "user" or caller.plays(*_SEES_ALL)


async def knows_organization(tx: Tx, organization_id: UUID) -> bool:
    """Whether an event, a contract or a promise told of it."""
    found = await tx.scalar(
        """select exists (select from sla.organization where id = :id)
            or exists (select from sla.contract where organization_id = :id)
            or exists (select from sla.outcome where organization_id = :id)""",
        {"id": organization_id},
    )
    return bool(found)


async def may_see(tx: Tx, caller: Caller, ticket_id: UUID) -> bool:
    where, params = condition(caller)
    if "sight_departments" in params:
        # Reports ask `condition` alone: what is looked on counts in the owner's figures only.
        where = f"({where} or watching_department_ids && :sight_departments)"
    found = await tx.scalar(
        f"select 1 from sla.clock where ticket_id = :ticket_id and {where}",
        {"ticket_id": ticket_id, **params},
    )
    return found is not None


async def number(tx: Tx, ticket_id: UUID) -> int:
    """The number that people know a ticket by."""
    found: int = await tx.scalar(
        "select number from sla.clock where ticket_id = :ticket_id", {"ticket_id": ticket_id}
    )
    return found


async def own_but_unseen(tx: Tx, caller: Caller, ticket_id: UUID) -> bool:
    """A ticket of the caller's organization that it may still take part in."""
    found = await tx.scalar(
        "select 1 from sla.clock where ticket_id = :ticket_id"
        " and organization_id = :organization_id",
        {"ticket_id": ticket_id, "organization_id": caller.organization_id},
    )
    return found is not None


def hide(tx: Tx, ticket_id: UUID, organization_id: UUID) -> None:
    """No customer sees it before somebody says that the request is theirs."""
    values = {"ticket_id": ticket_id, "organization_id": organization_id}
    tx.write(_HIDE, values, ticket_id)


def show(tx: Tx, ticket_id: UUID) -> None:
    tx.write(_SHOW, {"ticket_id": ticket_id}, ticket_id)


_HIDE: Final = """insert into sla.unconfirmed (ticket_id, organization_id)
    values (:ticket_id, :organization_id) on conflict do nothing"""
_SHOW: Final = "delete from sla.unconfirmed where ticket_id = :ticket_id"


async def add_participants(tx: Tx, ticket_id: UUID, people: list[UUID]) -> None:
    await tx.execute(
        "update sla.clock set participants = :people where ticket_id = :ticket_id",
        {"ticket_id": ticket_id, "people": people},
    )


async def watch(tx: Tx, ticket_id: UUID, department_ids: list[UUID]) -> None:
    await tx.execute(
        "update sla.clock set watching_department_ids = :ids where ticket_id = :ticket_id",
        {"ticket_id": ticket_id, "ids": department_ids},
    )


async def place(tx: Tx, ticket_id: UUID, column: str, value: UUID | None) -> None:
    """Who may see the ticket changed; the column's name comes from our own code.

    Promises that have ended stay with whoever held the ticket then.
    """
    await tx.execute(
        f"""with clock as (
            update sla.clock set {column} = :value where ticket_id = :ticket_id)
        update sla.outcome set {column} = :value
        where ticket_id = :ticket_id and ended_at is null""",
        {"ticket_id": ticket_id, "value": value},
    )
