"""The walls inside a migrated database, read from its own catalogue (decisions.md 13)."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.local.layout import SCHEMAS, SEATS, roles
from tests.engines import Database

HIDDEN_FROM_CUSTOMERS = ("outbox", "inbox", "data_key", "dead_letter")
NO_TENANTS_ROWS: dict[str, str] = {
    f"{schema}.data_key": "keys are wrapped, and only the system role may read them"
    for schema in SCHEMAS.values()
}
"""Tables that name an organization and need no wall, since no door of a person reaches them."""

SHARED = {
    "identity.department": "customers choose a department by its name",
    "sla.calendar": "the rules by which every customer's own tickets are judged",
    "sla.calendar_version": "the same",
    "sla.policy": "the same",
    "sla.policy_version": "the same",
}
"""What all customers may read; these tables name no organization."""

TABLES = """
    select n.nspname as schema, c.relname as name, c.oid as oid,
           c.relrowsecurity and c.relforcerowsecurity as walled
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname = any($1)
"""
VERBS = "select, insert, update, delete, truncate, references, trigger"


@pytest.fixture(scope="module")
async def catalogue(database: Database) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.superuser_dsn)
    yield connection
    await connection.close()


def ours(*seats: str) -> list[str]:
    return [f"{schema}_{seat}" for schema in SCHEMAS.values() for seat in seats]


async def test_every_table_of_an_organization_has_its_wall_up_and_forced(
    catalogue: asyncpg.Connection,
) -> None:
    rows = await catalogue.fetch(
        f"""with tables as ({TABLES})
            select schema || '.' || name as name, walled from tables
             where exists (select 1 from pg_attribute a where a.attrelid = oid
                           and a.attname = 'organization_id' and not a.attisdropped)""",
        list(SCHEMAS.values()),
    )
    assert len(rows) > 20
    open_tables = {row["name"] for row in rows if not row["walled"]}
    assert open_tables == NO_TENANTS_ROWS.keys()


async def test_no_customer_reads_past_a_wall(catalogue: asyncpg.Connection) -> None:
    """Whatever a customer's role may read is walled, and the wall names their organization."""
    open_to_customers = await catalogue.fetch(
        f"""with tables as ({TABLES})
            select schema || '.' || name as name from tables
             where has_any_column_privilege(schema || '_customer', oid, 'select')
               and not walled""",
        list(SCHEMAS.values()),
    )
    names = {row["name"] for row in open_to_customers}
    assert {name.partition(".")[2] for name in names} <= {"subject_sequence"}
    policies = await catalogue.fetch(
        """select schemaname || '.' || tablename as name, cmd, qual from pg_policies
            where permissive = 'PERMISSIVE'
              and exists (select 1 from unnest(roles) as role where role::text like '%_customer')"""
    )
    assert len(policies) > 10
    blind = {row["name"] for row in policies if "app.organization" not in row["qual"]}
    assert blind == SHARED.keys()
    assert {row["cmd"] for row in policies if row["name"] in SHARED} == {"SELECT"}


async def test_no_role_of_ours_stands_above_the_walls(catalogue: asyncpg.Connection) -> None:
    rows = await catalogue.fetch(
        """select rolname from pg_roles where rolname = any($1)
              and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication
                   or rolinherit)""",
        ours("owner", *SEATS),
    )
    assert [row["rolname"] for row in rows] == []
    known = await catalogue.fetchval(
        "select count(*) from pg_roles where rolname = any($1)", ours("owner", *SEATS)
    )
    assert known == len(SCHEMAS) * (len(SEATS) + 1)


async def test_no_role_that_services_use_owns_anything(catalogue: asyncpg.Connection) -> None:
    rows = await catalogue.fetch(
        """select c.relname from pg_class c join pg_roles r on r.oid = c.relowner
            where r.rolname = any($1)
           union select p.proname from pg_proc p join pg_roles r on r.oid = p.proowner
            where r.rolname = any($1)
           union select n.nspname from pg_namespace n join pg_roles r on r.oid = n.nspowner
            where r.rolname = any($1)""",
        ours(*SEATS),
    )
    assert [row[0] for row in rows] == []


async def test_no_role_of_ours_is_a_member_of_another(catalogue: asyncpg.Connection) -> None:
    rows = await catalogue.fetch(
        """select m.rolname as member, g.rolname as grp from pg_auth_members a
             join pg_roles m on m.oid = a.member join pg_roles g on g.oid = a.roleid
            where m.rolname = any($1)""",
        ours("owner", *SEATS),
    )
    assert [tuple(row) for row in rows] == []


async def test_no_service_has_any_right_in_the_schema_of_another(
    catalogue: asyncpg.Connection,
) -> None:
    crossed = []
    for own in SCHEMAS.values():
        foreign = [schema for schema in SCHEMAS.values() if schema != own]
        for role in roles(own):
            rows = await catalogue.fetch(
                f"""with tables as ({TABLES})
                    select schema || '.' || name as thing from tables
                     where has_table_privilege($2, oid, '{VERBS}')
                        or has_any_column_privilege($2, oid, 'select, insert, update')
                    union select nspname from pg_namespace where nspname = any($1)
                       and has_schema_privilege($2, oid, 'usage, create')
                    union select proname from pg_proc p join pg_namespace n
                        on n.oid = p.pronamespace where n.nspname = any($1)
                       and n.nspname || '.' || proname not like '%.day_floor'
                       and has_function_privilege($2, p.oid, 'execute')""",
                foreign,
                role,
            )
            crossed += [(role, row["thing"]) for row in rows]
    assert crossed == []


async def test_the_public_schema_is_closed(catalogue: asyncpg.Connection) -> None:
    may = [
        role
        for role in ours("owner", *SEATS)
        if await catalogue.fetchval("select has_schema_privilege($1, 'public', 'create')", role)
    ]
    assert may == []


@pytest.mark.parametrize("schema", SCHEMAS.values())
@pytest.mark.parametrize("table", HIDDEN_FROM_CUSTOMERS)
async def test_a_customers_role_cannot_read_the_machinery(
    catalogue: asyncpg.Connection, schema: str, table: str
) -> None:
    for verb in ("select", "update", "delete"):
        allowed = await catalogue.fetchval(
            "select has_table_privilege($1, $2, $3)",
            f"{schema}_customer",
            f"{schema}.{table}",
            verb,
        )
        assert not allowed, verb
    columns = await catalogue.fetchval(
        "select has_any_column_privilege($1, $2, 'select')",
        f"{schema}_customer",
        f"{schema}.{table}",
    )
    assert not columns


async def test_parts_of_a_table_are_no_way_round_it(catalogue: asyncpg.Connection) -> None:
    """A partition has grants of its own; the roles must go through the parent."""
    rows = await catalogue.fetch(
        """select c.relname, r.rolname from pg_inherits i join pg_class c on c.oid = i.inhrelid
             cross join pg_roles r where r.rolname = any($1)
              and has_table_privilege(r.rolname, c.oid, 'select, insert, update, delete')""",
        ours(*SEATS),
    )
    assert [tuple(row) for row in rows] == []
