"""Departments, and who holds which position in them and in the company."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from services.gateway.adapters.addresses import parse_address
from services.gateway.domain.directory import (
    COMPANY_ROLES,
    DEPARTMENT_ROLES,
    Department,
    PositionRole,
    position_key,
)
from services.gateway.domain.people import is_staff
from services.gateway.problems import MailboxTaken, UnknownPerson
from services.gateway.store import directory as store
from services.gateway.store import users
from services.gateway.usecases.facts import department_created, department_updated
from services.gateway.usecases.wishes import DepartmentWish
from shared.events.identity import IdentityPositionUpdated
from shared.kit.callers import Seat
from shared.kit.etags import Versions
from shared.kit.ids import uuid7
from shared.kit.problems import NotFound, PreconditionFailed
from shared.kit.tx import Tx
from shared.vocabulary import Localized

Holders = Mapping[PositionRole, tuple[UUID, ...]]


async def create(tx: Tx, name: Localized, mailbox: str | None) -> Department:
    made = Department(
        id=uuid7(),
        name=name,
        mailbox=parse_address(mailbox).folded if mailbox else None,
        is_default=False,
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
    )
    if not await store.insert_department(tx, made):
        raise MailboxTaken
    tx.emit(department_created(made))
    return made


async def change(
    tx: Tx, department_id: UUID, wish: DepartmentWish, version: Versions | None
) -> Department:
    before = await store.find_department(tx, department_id, lock=True)
    if before is None:
        raise NotFound
    if version is not None and before.version not in version:
        raise PreconditionFailed
    mailbox = parse_address(wish.mailbox).folded if wish.mailbox else before.mailbox
    wanted = replace(before, name=wish.name or before.name, mailbox=mailbox)
    if wanted == before:
        return before
    if mailbox and await store.mailbox_holder(tx, mailbox) not in {None, department_id}:
        raise MailboxTaken
    after = replace(wanted, version=before.version + 1, updated_at=tx.now)
    await store.update_department(tx, after)
    tx.emit(department_updated(after))
    return after


async def read(tx: Tx, department_id: UUID) -> Department:
    found = await store.find_department(tx, department_id)
    if found is None:
        raise NotFound
    return found


async def listed(tx: Tx, after: UUID | None, limit: int) -> Sequence[Department]:
    return await store.list_departments(tx, after, limit)


async def department_positions(tx: Tx, departments: Sequence[Department]) -> dict[UUID, Holders]:
    """Who supervises and who manages each of these departments; customers are not told."""
    if tx.caller.seat is Seat.CUSTOMER:
        return {one.id: {} for one in departments}
    held = await store.positions(tx, [one.id for one in departments])
    return {
        one.id: {role: held.get((one.id, role), ()) for role in DEPARTMENT_ROLES}
        for one in departments
    }


async def company_positions(tx: Tx) -> Holders:
    held = await store.positions(tx, [None])
    return {role: held.get((None, role), ()) for role in COMPANY_ROLES}


async def place(tx: Tx, department_id: UUID | None, wanted: Holders) -> None:
    """Give positions to people; roles that are not named keep their holders."""
    if department_id is not None:
        await read(tx, department_id)
    await _refuse_strangers(tx, {one for holders in wanted.values() for one in holders})
    for role, holders in wanted.items():
        if await store.set_position(tx, department_id, role, list(dict.fromkeys(holders))):
            tx.emit(
                IdentityPositionUpdated(
                    position=position_key(department_id, role),
                    role=role,
                    department_id=department_id,
                    user_ids=tuple(dict.fromkeys(holders)),
                    at=tx.now,
                )
            )


async def _refuse_strangers(tx: Tx, holders: set[UUID]) -> None:
    found = await users.find_users(tx, holders) if holders else []
    fit = {one.person.id for one in found if is_staff(one.person.roles) and not one.person.disabled}
    if holders - fit:
        raise UnknownPerson
