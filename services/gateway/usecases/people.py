"""People who write before anybody made them an account (decisions.md 10)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.gateway.adapters.addresses import Address, AddressRefused, parse_address
from services.gateway.domain.people import (
    Organization,
    Person,
    User,
    is_staff,
    made_by_form,
    may_join,
)
from services.gateway.problems import OtherOrganization, UnknownOrganization
from services.gateway.store import organizations
from services.gateway.store import users as store
from services.gateway.usecases.facts import user_created, user_updated
from shared.kit.ids import uuid7
from shared.kit.problems import Problem
from shared.kit.tx import Tx
from shared.vocabulary import RESERVED_ORGANIZATION, Locale, Role


@dataclass(frozen=True, slots=True)
class Stranger:
    """What a mail or a form says of its sender; `locale` is a guess by the script of the text.

    `closed`: whoever names them sits behind the wall of the organization named.
    """

    address: str
    name: str | None = None
    locale: Locale | None = None
    organization_id: UUID | None = None
    closed: bool = False
    proven: bool = True
    """False where nothing but the claim of somebody unknown says that the address is theirs."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Who a sender is to us."""

    user: User
    organization: Organization
    created: bool


Refusal = Problem | AddressRefused


@dataclass(frozen=True, slots=True)
class _Asked:
    """A stranger whose address can be one, and what it is found by."""

    stranger: Stranger
    address: Address
    lookup: bytes


@dataclass(frozen=True, slots=True)
class _Homes:
    """The organizations that matter, and which of them holds a mail domain."""

    owners: Mapping[str, UUID]
    known: Mapping[UUID, Organization]


async def resolve(tx: Tx, stranger: Stranger) -> Resolved:
    """The person with this address, made a customer when nobody has it; of the one named, if any.

    Raises AddressRefused, OtherOrganization or UnknownOrganization.
    """
    (outcome,) = await resolve_all(tx, [stranger])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


async def resolve_all(tx: Tx, strangers: Sequence[Stranger]) -> list[Resolved | Refusal]:
    """For each, in their order, who they are or why they are nobody; a handful of statements.

    Many mails of one new sender may arrive at once: the unique address decides who makes the
    person, the others find them.
    """
    asked = [_asked(tx, stranger) for stranger in strangers]
    sound = [one for one in asked if isinstance(one, _Asked)]
    people = await store.find_by_lookups(tx, {one.lookup for one in sound})
    homes = await _homes(tx, sound, people.values())
    drafts = {one.lookup: _draft(tx, one, homes) for one in sound if one.lookup not in people}
    new = {lookup: draft for lookup, draft in drafts.items() if isinstance(draft, User)}
    created = await _make(tx, new)
    people |= created
    if elsewhere := new.keys() - created.keys():
        people |= await store.find_by_lookups(tx, elsewhere)
        homes = await _homes(tx, sound, people.values())
    people |= await _proven(tx, sound, people)
    found = _Found(people, drafts, frozenset(created))
    return [found.told(one, homes) if isinstance(one, _Asked) else one for one in asked]


def _asked(tx: Tx, stranger: Stranger) -> _Asked | AddressRefused:
    try:
        address = parse_address(stranger.address)
    except AddressRefused as refused:
        return refused
    return _Asked(stranger, address, store.lookup_of(tx.context, address.folded))


async def _homes(tx: Tx, asked: Sequence[_Asked], people: Collection[User]) -> _Homes:
    owners = await organizations.owners_of(tx, {one.address.domain for one in asked})
    wanted = {one.stranger.organization_id or RESERVED_ORGANIZATION for one in asked}
    wanted |= {*owners.values(), *(one.person.organization_id for one in people)}
    return _Homes(owners, await organizations.find_organizations(tx, wanted))


def _draft(tx: Tx, asked: _Asked, homes: _Homes) -> User | Problem:
    """A customer of whoever writes from this domain, else of the one named, else of nobody's."""
    named = asked.stranger.organization_id
    owner = homes.owners.get(asked.address.domain)
    if not may_join(owner, named, closed=asked.stranger.closed):
        return OtherOrganization()
    home = homes.known.get(owner or named or RESERVED_ORGANIZATION)
    return UnknownOrganization() if home is None else _customer(tx, asked, home)


def _customer(tx: Tx, asked: _Asked, home: Organization) -> User:
    unaffiliated = home.id == RESERVED_ORGANIZATION
    guessed = asked.stranger.locale if unaffiliated else None
    roles = frozenset({Role.CUSTOMER})
    return User(
        person=Person(uuid7(), home.id, roles, frozenset(), guessed or home.locale),
        email=asked.address.text,
        name=asked.stranger.name or "",
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
        proven=asked.stranger.proven,
    )


async def _make(tx: Tx, new: Mapping[bytes, User]) -> dict[bytes, User]:
    """Those of whom nobody else was quicker to make a person."""
    created = {lookup: new[lookup] for lookup in await store.insert_customers(tx, new)}
    for user in created.values():
        tx.emit(user_created(user))
    return created


async def _proven(
    tx: Tx, asked: Sequence[_Asked], people: Mapping[bytes, User]
) -> dict[bytes, User]:
    """Those of whom the form alone had spoken, and who now come by a door that proves them."""
    doubted = {lookup for lookup, user in people.items() if not user.proven}
    names = {
        one.lookup: one.stranger.name
        for one in asked
        if one.stranger.proven and one.lookup in doubted
        if not _foreign(people[one.lookup].person, one.stranger)
    }
    found = {
        lookup: await prove(tx, people[lookup].person.id, names[lookup]) for lookup in sorted(names)
    }
    return {lookup: user for lookup, user in found.items() if user is not None}


async def prove(tx: Tx, user_id: UUID, name: str | None = None) -> User | None:
    """Customers see the person from now on; a `name` of their own stands for a stranger's word."""
    user = await store.find_user(tx, user_id, lock=True)
    if user is None or user.proven:
        return user
    return await _set_proven(tx, replace(user, proven=True, name=name or user.name))


async def doubt(tx: Tx, user_id: UUID, asked_at: datetime) -> None:
    """No customer sees a person whom the form alone has made, before this was asked at all."""
    user = await store.find_user(tx, user_id, lock=True)
    if user is None or not user.proven or not made_by_form(user.created_at, asked_at):
        return
    if user.person.roles == {Role.CUSTOMER} and not await store.has_password(tx, user_id):
        await _set_proven(tx, replace(user, proven=False))


async def _set_proven(tx: Tx, user: User) -> User:
    changed = replace(user, version=user.version + 1, updated_at=tx.now)
    await store.set_proven(tx, changed)
    tx.emit(user_updated(changed.person, tx.now, changed.tokens_valid_from))
    return changed


@dataclass(frozen=True, slots=True)
class _Found:
    """People by lookup, and what speaks against making the others one."""

    people: Mapping[bytes, User]
    drafts: Mapping[bytes, User | Problem]
    created: Collection[bytes]

    def told(self, asked: _Asked, homes: _Homes) -> Resolved | Refusal:
        user = self.people.get(asked.lookup)
        if user is None:
            refused = self.drafts[asked.lookup]
            assert isinstance(refused, Problem)
            return refused
        if _foreign(user.person, asked.stranger):
            return OtherOrganization()
        home = homes.known[user.person.organization_id]
        return Resolved(user, home, asked.lookup in self.created)


def _foreign(person: Person, stranger: Stranger) -> bool:
    named = stranger.organization_id
    if named is None and not stranger.closed:
        return False
    return person.organization_id != named or (stranger.closed and is_staff(person.roles))


async def batch(tx: Tx, user_ids: Sequence[UUID]) -> Sequence[tuple[User, str]]:
    """These people, each with the time zone of their organization."""
    found = await store.find_users(tx, user_ids)
    zones = await organizations.timezones(tx, {one.person.organization_id for one in found})
    return [(one, zones[one.person.organization_id]) for one in found]


async def colleagues(tx: Tx, addresses: Sequence[str]) -> dict[str, UUID]:
    """Those of the addresses that belong to people of the desk, with whose they are."""
    asked = [_asked(tx, Stranger(one)) for one in addresses]
    sound = {one.stranger.address: one.lookup for one in asked if isinstance(one, _Asked)}
    found = await store.find_by_lookups(tx, set(sound.values()))
    return {
        address: found[lookup].person.id
        for address, lookup in sound.items()
        if lookup in found and is_staff(found[lookup].person.roles)
    }
