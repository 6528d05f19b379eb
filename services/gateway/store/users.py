"""Rows of people: written sealed, found by a keyed hash of the folded address."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from services.gateway import tables
from services.gateway.domain.people import Person, User
from shared.kit.context import Context
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import Locale, Role

_EMAIL = "identity.user.email"
_NAME = "identity.user.name"
_USER = table(tables.User)
# What a customer's seat may read; the staff's extra columns follow where they are needed.
_PUBLIC = """u.id, u.organization_id, u.email_sealed, u.name_sealed, u.roles, u.locale,
    u.disabled_at, u.unproven, u.version, u.created_at, u.updated_at"""
_DEPARTMENTS = """array(select m.department_id from identity.user_department m
    where m.user_id = u.id order by 1) as department_ids"""
_STAFF = f"select {_PUBLIC}, u.tokens_valid_from, {_DEPARTMENTS} from identity.user u"
# The wall of departments hides every row from customers, so this is an empty list for them.
_CUSTOMER = f"select {_PUBLIC} from identity.user u"


@dataclass(frozen=True, slots=True)
class Visibility:
    """Which people a caller may see (decisions.md 19): one person, one organization, or all."""

    user_id: UUID | None = None
    organization_id: UUID | None = None

    @property
    def walled(self) -> bool:
        return self.user_id is not None or self.organization_id is not None


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to."""

    organization_id: UUID | None = None
    department_id: UUID | None = None
    role: Role | None = None
    lookup: bytes | None = None
    user_id: UUID | None = None


def lookup_of(context: Context, folded: str) -> bytes:
    """The searchable stand-in of an address; without the key it tells nothing."""
    key = context.keys.derive("identity.address")
    return hmac.new(key, folded.encode(), hashlib.sha256).digest()


async def insert_user(tx: Tx, user: User, lookup: bytes, password_hash: str | None) -> bool:
    """Whether the person is new; False where the address is known already."""
    statement = (
        insert(_USER)
        .values(
            **await _sealed(tx, user),
            id=user.person.id,
            email_lookup=lookup,
            password_hash=password_hash,
            created_at=user.created_at,
        )
        .on_conflict_do_nothing(index_elements=["email_lookup"])
        .returning(_USER.c.id)
    )
    created = await tx.scalar(statement) is not None
    if created:
        await _set_departments(tx, user.person)
    return created


async def update_user(tx: Tx, user: User, lookup: bytes, password_hash: str | None) -> bool:
    """Write the whole person again, False where somebody else has the address.

    Without a new hash the old password stays.
    """
    values = {**await _sealed(tx, user), "email_lookup": lookup}
    if password_hash is not None:
        values["password_hash"] = password_hash
    try:
        await tx.execute(_USER.update().where(_USER.c.id == user.person.id).values(**values))
    except IntegrityError:
        return False
    await _set_departments(tx, user.person)
    return True


async def set_proven(tx: Tx, user: User) -> None:
    """Whether customers see the person, and the name that they then see."""
    row = await _sealed(tx, user)
    names = ("name_sealed", "unproven", "version", "updated_at")
    values = {name: row[name] for name in names}
    await tx.execute(_USER.update().where(_USER.c.id == user.person.id).values(**values))


async def has_password(tx: Tx, user_id: UUID) -> bool:
    query = "select password_hash is not null from identity.user where id = :id"
    return bool(await tx.scalar(query, {"id": user_id}))


async def set_password_hash(tx: Tx, user_id: UUID, password_hash: str) -> None:
    """The same password under today's costs: nobody else needs to know."""
    await tx.execute(
        "update identity.user set password_hash = :hash where id = :id",
        {"id": user_id, "hash": password_hash},
    )


async def find_user(
    tx: Tx, user_id: UUID, visibility: Visibility | None = None, *, lock: bool = False
) -> User | None:
    """The person, when `visibility` reaches them."""
    seen = visibility or Visibility()
    row = await tx.row(
        f"""{_CUSTOMER if seen.walled else _STAFF} where u.id = :id
            and (cast(:own as uuid) is null or u.id = :own)
            and (cast(:wall as uuid) is null or u.organization_id = :wall)
            {"for update" if lock else ""}""",
        {"id": user_id, "own": seen.user_id, "wall": seen.organization_id},
    )
    return await _user(tx, row) if row else None


async def find_by_lookup(tx: Tx, lookup: bytes) -> User | None:
    row = await tx.row(f"{_STAFF} where u.email_lookup = :lookup", {"lookup": lookup})
    return await _user(tx, row) if row else None


async def find_by_lookups(tx: Tx, lookups: Collection[bytes]) -> dict[bytes, User]:
    """People by the keyed hash of their address."""
    if not lookups:
        return {}
    rows = await tx.rows(
        f"select u.email_lookup, s.* from ({_STAFF}) s join identity.user u on u.id = s.id"
        " where u.email_lookup = any(cast(:lookups as bytea[]))",
        {"lookups": list(lookups)},
    )
    return {row["email_lookup"]: await _user(tx, row) for row in rows}


_CUSTOMERS = """insert into identity.user (id, organization_id, email_lookup, email_sealed,
        name_sealed, roles, locale, unproven, version, created_at, updated_at)
    select id, organization_id, lookup, email, name, array['customer'], locale, unproven, 1,
        :now, :now
    from unnest(cast(:ids as uuid[]), cast(:organizations as uuid[]), cast(:lookups as bytea[]),
            cast(:emails as bytea[]), cast(:names as bytea[]), cast(:locales as text[]),
            cast(:unproven as bool[]))
        as new (id, organization_id, lookup, email, name, locale, unproven)
    order by lookup
    on conflict (email_lookup) do nothing returning email_lookup"""


async def insert_customers(tx: Tx, people: Mapping[bytes, User]) -> list[bytes]:
    """New customers by lookup, always in one order; those whose address nobody had before."""
    if not people:
        return []
    rows = {lookup: await _sealed(tx, user) for lookup, user in people.items()}
    given = {
        "ids": [user.person.id for user in people.values()],
        "organizations": [row["organization_id"] for row in rows.values()],
        "lookups": list(rows),
        "emails": [row["email_sealed"] for row in rows.values()],
        "names": [row["name_sealed"] for row in rows.values()],
        "locales": [row["locale"] for row in rows.values()],
        "unproven": [row["unproven"] for row in rows.values()],
        "now": tx.now,
    }
    return [row["email_lookup"] for row in await tx.rows(_CUSTOMERS, given)]


async def find_password(
    tx: Tx, lookup: bytes, *, lock: bool = False
) -> tuple[UUID, str | None] | None:
    """Id and password hash of the person with this address."""
    row = await tx.row(
        f"""select id, password_hash from identity.user
            where email_lookup = :lookup {"for update" if lock else ""}""",
        {"lookup": lookup},
    )
    return (row["id"], row["password_hash"]) if row else None


async def list_users(
    tx: Tx, visibility: Visibility, narrowed: Filter, after: UUID | None, limit: int
) -> Sequence[User]:
    """In the order of their making; to customers nobody is of a department."""
    if visibility.walled and narrowed.department_id is not None:
        return []
    rows = await tx.rows(
        f"""{_CUSTOMER if visibility.walled else _STAFF}
            where (cast(:own as uuid) is null or u.id = :own)
            and (cast(:wall as uuid) is null or u.organization_id = :wall)
            and (cast(:after as uuid) is null or u.id > :after)
            {_narrow(narrowed)} order by u.id limit :limit""",
        {
            "own": visibility.user_id,
            "wall": visibility.organization_id,
            "organization": narrowed.organization_id,
            "department": narrowed.department_id,
            "role": narrowed.role.value if narrowed.role else None,
            "lookup": narrowed.lookup,
            "id": narrowed.user_id,
            "after": after,
            "limit": limit,
        },
    )
    return [await _user(tx, row) for row in rows]


async def find_users(tx: Tx, user_ids: Iterable[UUID]) -> Sequence[User]:
    """These people, in no order; unknown ids are left out."""
    rows = await tx.rows(
        f"{_STAFF} where u.id = any(cast(:ids as uuid[]))", {"ids": list(set(user_ids))}
    )
    return [await _user(tx, row) for row in rows]


def _narrow(narrowed: Filter) -> str:
    parts = {
        "and u.organization_id = :organization": narrowed.organization_id,
        "and u.roles @> array[cast(:role as text)]": narrowed.role,
        "and u.email_lookup = :lookup": narrowed.lookup,
        "and u.id = :id": narrowed.user_id,
        """and exists (select 1 from identity.user_department m
            where m.user_id = u.id and m.department_id = :department)""": narrowed.department_id,
    }
    return " ".join(text for text, wanted in parts.items() if wanted is not None)


async def _sealed(tx: Tx, user: User) -> dict[str, Any]:
    person = user.person
    box = await tx.context.vault.box(person.organization_id)
    return {
        "organization_id": person.organization_id,
        "email_sealed": box.seal(_EMAIL, person.id, user.email),
        "name_sealed": box.seal(_NAME, person.id, user.name),
        "roles": sorted(role.value for role in person.roles),
        "locale": person.locale.value,
        "disabled_at": user.updated_at if person.disabled else None,
        "unproven": not user.proven,
        "tokens_valid_from": user.tokens_valid_from,
        "version": user.version,
        "updated_at": user.updated_at,
    }


async def _set_departments(tx: Tx, person: Person) -> None:
    params = {"id": person.id, "wanted": sorted(person.department_ids)}
    await tx.execute(
        """delete from identity.user_department
            where user_id = :id and not department_id = any(cast(:wanted as uuid[]))""",
        params,
    )
    if person.department_ids:
        await tx.execute(
            """insert into identity.user_department (user_id, department_id)
                select :id, unnest(cast(:wanted as uuid[])) on conflict do nothing""",
            params,
        )


async def _user(tx: Tx, row: RowMapping) -> User:
    box = await tx.context.vault.box(row["organization_id"])
    valid_from: datetime | None = row.get("tokens_valid_from")
    return User(
        person=Person(
            id=row["id"],
            organization_id=row["organization_id"],
            roles=frozenset(Role(role) for role in row["roles"]),
            department_ids=frozenset(row.get("department_ids") or ()),
            locale=Locale(row["locale"]),
            disabled=row["disabled_at"] is not None,
        ),
        email=box.open(_EMAIL, row["id"], row["email_sealed"]),
        name=box.open(_NAME, row["id"], row["name_sealed"]),
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        proven=not row["unproven"],
        tokens_valid_from=valid_from,
    )
