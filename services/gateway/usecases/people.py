"""People who write before anybody made them an account (decisions.md 10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.gateway.adapters.addresses import parse_address
from services.gateway.domain.people import Organization, Person, User, is_staff, may_join
from services.gateway.problems import OtherOrganization, UnknownOrganization
from services.gateway.store import organizations
from services.gateway.store import users as store
from services.gateway.usecases.facts import user_created
from shared.kit.ids import uuid7
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


@dataclass(frozen=True, slots=True)
class Resolved:
    """Who a sender is to us."""

    user: User
    organization: Organization
    created: bool


async def resolve(tx: Tx, stranger: Stranger) -> Resolved:
    """The person with this address, made a customer when nobody has it; of the one named, if any.

    Many mails of one new sender may arrive at once: the unique address decides who makes the
    person, the others find them.
    """
    address = parse_address(stranger.address)
    lookup = store.lookup_of(tx.context, address.folded)
    user = await store.find_by_lookup(tx, lookup)
    created = False
    if user is None:
        organization = await _organization(tx, stranger, address.domain)
        user = _customer(tx, stranger, address.text, organization)
        created = await store.insert_user(tx, user, lookup, None)
        if created:
            tx.emit(user_created(user))
        else:
            user = await store.find_by_lookup(tx, lookup)
            assert user is not None
    _refuse_foreign(user.person, stranger)
    home = await organizations.find_organization(tx, user.person.organization_id)
    assert home is not None
    return Resolved(user, home, created)


def _refuse_foreign(person: Person, stranger: Stranger) -> None:
    named = stranger.organization_id
    if named is None and not stranger.closed:
        return
    if person.organization_id != named or (stranger.closed and is_staff(person.roles)):
        raise OtherOrganization


async def _organization(tx: Tx, stranger: Stranger, domain: str) -> Organization:
    """The one that writes from this domain, else the one that staff named, else the reserved."""
    named = stranger.organization_id
    owner = await organizations.organization_of_domain(tx, domain)
    if not may_join(owner, named, closed=stranger.closed):
        raise OtherOrganization
    wanted = owner or named
    found = await organizations.find_organization(tx, wanted or RESERVED_ORGANIZATION)
    if found is None:
        raise UnknownOrganization
    return found


def _customer(tx: Tx, stranger: Stranger, address: str, organization: Organization) -> User:
    unaffiliated = organization.id == RESERVED_ORGANIZATION
    guessed = stranger.locale if unaffiliated else None
    roles = frozenset({Role.CUSTOMER})
    return User(
        person=Person(uuid7(), organization.id, roles, frozenset(), guessed or organization.locale),
        email=address,
        name=stranger.name or "",
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
    )


async def batch(tx: Tx, user_ids: Sequence[UUID]) -> Sequence[tuple[User, str]]:
    """These people, each with the time zone of their organization."""
    found = await store.find_users(tx, user_ids)
    zones = await organizations.timezones(tx, {one.person.organization_id for one in found})
    return [(one, zones[one.person.organization_id]) for one in found]
