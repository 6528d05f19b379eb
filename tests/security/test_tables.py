"""What the code believes of its tables is what the migrations made."""

import importlib
from typing import Any

import asyncpg
import pytest
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

from deploy.local.layout import SCHEMAS
from tests.engines import Database

COLUMNS = """
    select c.relname as table_name, a.attname as name, not a.attnotnull as nullable,
           format_type(a.atttypid, null) as type, a.attidentity <> '' as own
      from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'p')
       and a.attnum > 0 and not a.attisdropped and not c.relispartition
"""
SAME = {
    "character varying": "text",
    "varchar": "text",
    "integer": "int",
    "bigint": "int",
    "smallint": "int",
    "float": "real",
    "double precision": "real",
}
"""Types that mean the same to the code; the widths are the migrations' business."""

Columns = dict[str, tuple[str, bool]]


def declared(service: str) -> dict[str, Columns]:
    importlib.import_module(f"services.{service}.tables")
    schema = SCHEMAS[service]
    return {
        table.name: {
            column.name: (written(column.type), bool(column.nullable)) for column in table.columns
        }
        for table in SQLModel.metadata.sorted_tables
        if table.schema == schema
    }


def written(kind: Any) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it bare
    return plain(kind.compile(dialect=dialect).lower())


def plain(name: str) -> str:
    base, brackets, _ = name.partition("[")
    return SAME.get(base, base) + brackets


async def migrated(database: Database, schema: str) -> dict[str, Columns]:
    connection = await asyncpg.connect(database.superuser_dsn)
    try:
        rows = await connection.fetch(COLUMNS, schema)
    finally:
        await connection.close()
    found: dict[str, Columns] = {}
    for row in rows:
        # What the database numbers by itself, no class has to know.
        if row["own"]:
            continue
        found.setdefault(row["table_name"], {})[row["name"]] = (plain(row["type"]), row["nullable"])
    return found


WITH_TABLES = [name for name in SCHEMAS if name != "intake"]
"""intake writes its few statements without table classes."""


@pytest.mark.parametrize("service", WITH_TABLES)
async def test_the_tables_of_the_code_are_those_of_the_migrations(
    database: Database, service: str
) -> None:
    code, made = declared(service), await migrated(database, SCHEMAS[service])
    assert code
    assert code.keys() - made.keys() == set()
    wrong = {
        f"{name}.{column}": (code[name].get(column), made[name].get(column))
        for name in code
        for column in code[name].keys() | made[name].keys()
        if code[name].get(column) != made[name].get(column)
    }
    assert wrong == {}
