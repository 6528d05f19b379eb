"""What a new installation needs before anybody can do anything; done at each start, once."""

from uuid import UUID

from services.gateway.adapters.addresses import parse_address
from services.gateway.domain.directory import Department
from services.gateway.domain.people import Organization, Person, User
from services.gateway.store import administrators, directory, organizations, users
from services.gateway.store.locks import take_turn
from services.gateway.usecases.facts import department_created, organization_updated, user_created
from services.gateway.usecases.logins import hasher_of
from services.gateway.usecases.signing import turn
from shared.kit.context import Context
from shared.kit.ids import uuid7
from shared.kit.logging import get_logger
from shared.kit.tx import Tx
from shared.vocabulary import DEFAULT_DEPARTMENT, RESERVED_ORGANIZATION, Localized, Role

_log = get_logger("seed")


async def seed(context: Context) -> None:
    """A signing key, the reserved organization, the default department, an administrator."""
    await turn(context)
    async with context.tx() as tx:
        await take_turn(tx, "seed")
        await _organization(tx)
        await _department(tx)
    await _administrator(context)


async def _organization(tx: Tx) -> None:
    settings = tx.context.settings
    reserved = Organization(
        id=RESERVED_ORGANIZATION,
        name="Sanad",
        domains=(),
        locale=settings.gateway_default_locale,
        timezone=settings.gateway_default_timezone,
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
    )
    if await organizations.insert_organization(tx, reserved):
        tx.emit(organization_updated(reserved))


async def _department(tx: Tx) -> None:
    default = Department(
        id=DEFAULT_DEPARTMENT,
        name=Localized(ar="الدعم الفني", en="Technical support"),
        mailbox=parse_address(tx.context.settings.support_address).folded,
        is_default=True,
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
    )
    if await directory.insert_department(tx, default):
        tx.emit(department_created(default))


async def _administrator(context: Context) -> None:
    """Only while there is none: whoever administers later is not undone by a restart."""
    async with context.tx() as tx:
        if await administrators.administrator_exists(tx):
            return
    try:
        password = context.settings.secret("admin")
    except FileNotFoundError:
        _log.warning("no_administrator_password")
        return
    hashed = await hasher_of(context).hash(password)
    address = parse_address(context.settings.admin_email)
    async with context.tx() as tx:
        roles, nowhere = frozenset({Role.ADMIN}), frozenset[UUID]()
        locale = context.settings.gateway_default_locale
        admin = User(
            person=Person(uuid7(), RESERVED_ORGANIZATION, roles, nowhere, locale),
            email=address.text,
            name="Administrator",
            version=1,
            created_at=tx.now,
            updated_at=tx.now,
        )
        if await users.insert_user(tx, admin, users.lookup_of(context, address.folded), hashed):
            tx.emit(user_created(admin))
