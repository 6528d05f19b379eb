"""People as administrators manage them and as others may see them."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.gateway.adapters.addresses import parse_address
from services.gateway.domain.passwords import weakness
from services.gateway.domain.people import (
    Person,
    User,
    changes_rights,
    ends_sessions,
    home,
    is_staff,
    misfit,
)
from services.gateway.domain.scopes import exceed, scopes_of
from services.gateway.domain.validity import next_valid_from
from services.gateway.problems import (
    PASSWORDS,
    ROLES,
    AddressTaken,
    BeyondOwnRights,
    LastAdministrator,
    UnknownDepartment,
    UnknownOrganization,
)
from services.gateway.store import administrators, directory, organizations, sessions
from services.gateway.store import users as store
from services.gateway.store.users import Filter, Visibility
from services.gateway.store.validity import refuse_before
from services.gateway.usecases.facts import user_created, user_updated
from services.gateway.usecases.logins import attempt, hasher_of, proven_hash
from services.gateway.usecases.wishes import PersonWish
from shared.events.identity import IdentityUserDisabled
from shared.kit.callers import Caller, Seat
from shared.kit.context import Context
from shared.kit.etags import Versions
from shared.kit.ids import uuid7
from shared.kit.problems import Forbidden, NotFound, PreconditionFailed
from shared.kit.tx import Tx
from shared.vocabulary import RESERVED_ORGANIZATION, Role


async def create(tx: Tx, scopes: frozenset[str], wish: PersonWish) -> User:
    """A person with no more rights than `scopes`; without a password they cannot log in."""
    address = parse_address(wish.email or "")
    roles = wish.roles or frozenset()
    if exceed(roles, scopes):
        raise BeyondOwnRights
    departments = wish.department_ids or frozenset()
    _refuse_misfit(roles, wish.organization_id, departments)
    hashed = await _hash(tx, wish.password, address.text)
    organization_id = home(roles, wish.organization_id)
    assert organization_id is not None
    organization = await organizations.find_organization(tx, organization_id)
    if organization is None:
        raise UnknownOrganization
    await _refuse_unknown_departments(tx, departments)
    locale = wish.locale or organization.locale
    user = User(
        person=Person(uuid7(), organization_id, roles, departments, locale),
        email=address.text,
        name=wish.name or "",
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
    )
    if not await store.insert_user(tx, user, store.lookup_of(tx.context, address.folded), hashed):
        raise AddressTaken
    tx.emit(user_created(user))
    return user


async def change(
    tx: Tx, scopes: frozenset[str], user_id: UUID, wish: PersonWish, version: Versions | None
) -> User:
    """New rights count within seconds; a new password or a disabled door ends every session.

    `scopes` are those of whoever changes: nobody opens a door that is wider than their own.
    """
    hashed = await _hash(tx, wish.password, wish.email or "")
    before = await store.find_user(tx, user_id, lock=True)
    if before is None:
        raise NotFound
    if version is not None and before.version not in version:
        raise PreconditionFailed
    wanted = _wanted(before, wish)
    if wanted == before and hashed is None:
        return before
    rights = changes_rights(before.person, wanted.person, password=hashed is not None)
    if rights or wanted.email != before.email:
        _refuse_beyond(scopes, before, wanted)
    await _refuse_impossible(tx, before, wanted)
    since = before.tokens_valid_from
    after = replace(
        wanted,
        version=before.version + 1,
        updated_at=tx.now,
        proven=wanted.proven or hashed is not None,
        tokens_valid_from=next_valid_from(tx.now, since) if rights else since,
    )
    lookup = store.lookup_of(tx.context, parse_address(after.email).folded)
    if not await store.update_user(tx, after, lookup, hashed):
        raise AddressTaken
    await _tell(tx, before, after, password=hashed is not None)
    return after


async def change_own_password(
    context: Context, caller: Caller, current: str, wanted: str, address: str
) -> None:
    """Whoever knows the present password may choose the next; all sessions end, this one too."""
    async with context.tx() as tx:
        user = await store.find_user(tx, caller.id)
    if user is None:
        raise NotFound
    await proven_hash(context, attempt(context, user.email, current, address))
    async with context.tx() as tx:
        own = frozenset(scopes_of(user.person.roles))
        await change(tx, own, caller.id, PersonWish(password=wanted), frozenset({user.version}))


async def read(tx: Tx, caller: Caller, user_id: UUID) -> User:
    """Foreign people do not exist for customers."""
    found = await store.find_user(tx, user_id, visibility(caller))
    if found is None:
        raise NotFound
    return found


async def listed(
    tx: Tx, caller: Caller, narrowed: Filter, after: UUID | None, limit: int
) -> Sequence[User]:
    seen = visibility(caller)
    if seen.walled and narrowed.lookup is not None:
        # The keyed hash is out of a customer's reach; whom it finds must still pass the wall.
        async with tx.context.tx() as own:
            found = await store.find_by_lookup(own, narrowed.lookup)
        if found is None:
            return []
        narrowed = replace(narrowed, lookup=None, user_id=found.person.id)
    return await store.list_users(tx, seen, narrowed, after, limit)


def visibility(caller: Caller) -> Visibility:
    """Desk: all. Customer's administrator or bound client: the organization. Others: themselves."""
    if caller.kind == "client" and not caller.has("users:read"):
        raise Forbidden
    if caller.seat is not Seat.CUSTOMER:
        return Visibility()
    if caller.kind == "client" or caller.plays(Role.CUSTOMER_ADMIN):
        return Visibility(organization_id=caller.organization_id)
    return Visibility(user_id=caller.id, organization_id=caller.organization_id)


def _wanted(before: User, wish: PersonWish) -> User:
    person = before.person
    roles = person.roles if wish.roles is None else wish.roles
    joins = is_staff(roles) and not is_staff(person.roles)
    stays = RESERVED_ORGANIZATION if joins else person.organization_id
    return replace(
        before,
        email=before.email if wish.email is None else parse_address(wish.email).text,
        name=before.name if wish.name is None else wish.name,
        proven=before.proven or bool(wish.proven),
        person=replace(
            person,
            roles=roles,
            organization_id=wish.organization_id or stays,
            department_ids=_either(wish.department_ids, person.department_ids),
            locale=wish.locale or person.locale,
            disabled=person.disabled if wish.disabled is None else wish.disabled,
        ),
    )


def _either(wanted: frozenset[UUID] | None, present: frozenset[UUID]) -> frozenset[UUID]:
    return present if wanted is None else wanted


def _refuse_beyond(scopes: frozenset[str], before: User, wanted: User) -> None:
    if exceed(before.person.roles | wanted.person.roles, scopes):
        raise BeyondOwnRights


async def _refuse_impossible(tx: Tx, before: User, wanted: User) -> None:
    was, will = before.person, wanted.person
    _refuse_misfit(will.roles, will.organization_id, will.department_ids)
    await _refuse_unknown_departments(tx, will.department_ids - was.department_ids)
    if will.organization_id != was.organization_id:
        moved_to = await organizations.find_organization(tx, will.organization_id)
        if moved_to is None:
            raise UnknownOrganization
    administered = Role.ADMIN in was.roles and not was.disabled
    leaves = Role.ADMIN not in will.roles or will.disabled
    if administered and leaves and not await administrators.other_administrator_exists(tx, was.id):
        raise LastAdministrator


async def _tell(tx: Tx, before: User, after: User, *, password: bool) -> None:
    person, valid_from = after.person, after.tokens_valid_from
    if valid_from is not None and valid_from != before.tokens_valid_from:
        await refuse_before(tx, person.id, valid_from)
    if ends_sessions(before.person, person, password=password):
        await sessions.revoke_sessions_of(tx, person.id)
    shut = person.disabled and not before.person.disabled
    if not shut or replace(person, disabled=False) != before.person:
        tx.emit(user_updated(person, tx.now, valid_from))
    if shut:
        assert valid_from is not None
        tx.emit(IdentityUserDisabled(user_id=person.id, at=tx.now, valid_from=valid_from))


def _refuse_misfit(
    roles: frozenset[Role], organization_id: UUID | None, departments: frozenset[UUID]
) -> None:
    if wrong := misfit(roles, organization_id, departments):
        raise ROLES[wrong]


async def _refuse_unknown_departments(tx: Tx, departments: frozenset[UUID]) -> None:
    if departments and await directory.missing_departments(tx, departments):
        raise UnknownDepartment


async def _hash(tx: Tx, password: str | None, address: str) -> str | None:
    """Before the first statement, so that no connection waits for a core."""
    if password is None:
        return None
    if weak := weakness(password, address):
        raise PASSWORDS[weak]
    return await hasher_of(tx.context).hash(password)
