"""Customers of the house: made, changed and read."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from services.gateway.domain.people import Organization
from services.gateway.problems import DomainTaken
from services.gateway.store import organizations as store
from services.gateway.usecases.facts import organization_updated
from services.gateway.usecases.wishes import OrganizationWish
from shared.kit.callers import Caller, Seat
from shared.kit.etags import Versions
from shared.kit.ids import uuid7
from shared.kit.problems import Forbidden, NotFound, PreconditionFailed
from shared.kit.tx import Tx


async def create(tx: Tx, wish: OrganizationWish) -> Organization:
    settings = tx.context.settings
    made = Organization(
        id=uuid7(),
        name=wish.name or "",
        domains=_sorted(wish.domains or ()),
        locale=wish.locale or settings.gateway_default_locale,
        timezone=wish.timezone or settings.gateway_default_timezone,
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
    )
    await store.insert_organization(tx, made)
    await _claim(tx, made)
    tx.emit(organization_updated(made))
    return made


async def change(
    tx: Tx, organization_id: UUID, wish: OrganizationWish, version: Versions | None
) -> Organization:
    before = await store.find_organization(tx, organization_id, lock=True)
    if before is None:
        raise NotFound
    if version is not None and before.version not in version:
        raise PreconditionFailed
    wanted = replace(
        before,
        name=before.name if wish.name is None else wish.name,
        domains=before.domains if wish.domains is None else _sorted(wish.domains),
        locale=wish.locale or before.locale,
        timezone=wish.timezone or before.timezone,
    )
    if wanted == before:
        return before
    after = replace(wanted, version=before.version + 1, updated_at=tx.now)
    await store.update_organization(tx, after)
    await _claim(tx, after)
    tx.emit(organization_updated(after))
    return after


async def read(tx: Tx, caller: Caller, organization_id: UUID) -> Organization:
    """A customer's own, or any for people of the desk."""
    wall = _wall(caller)
    found = None
    if wall in {None, organization_id}:
        found = await store.find_organization(tx, organization_id)
    if found is None:
        raise NotFound
    return found


async def batch(tx: Tx, wanted: Collection[UUID]) -> Sequence[Organization]:
    """These organizations, as far as there are any; asked by services of ours alone."""
    return [*(await store.find_organizations(tx, wanted)).values()]


async def listed(tx: Tx, caller: Caller, after: UUID | None, limit: int) -> Sequence[Organization]:
    return await store.list_organizations(tx, _wall(caller), after, limit)


async def _claim(tx: Tx, organization: Organization) -> None:
    if taken := await store.claim_domains(tx, organization.id, organization.domains):
        raise DomainTaken(domains=taken)


def _wall(caller: Caller) -> UUID | None:
    if caller.seat is Seat.CUSTOMER:
        return caller.organization_id
    if caller.kind == "client" and caller.scopes.isdisjoint({"users:read", "organizations:manage"}):
        raise Forbidden
    return None


def _sorted(domains: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(set(domains)))
