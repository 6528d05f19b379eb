"""Macros and canned replies; uses are rows that a worker adds up, so that no row is hot."""

from alembic import op

from shared.kit.schema import protect

revision = "0011"
down_revision = "0010"

STATEMENTS = [
    """create table tickets.macro (
        id uuid primary key,
        owner_id uuid not null,
        shared text not null check (shared in ('private', 'department', 'all')),
        department_id uuid,
        name_ar text not null,
        name_en text not null,
        body_ar text,
        body_en text,
        public boolean not null,
        actions jsonb not null,
        runs uuid[] not null,
        folded text not null,
        position integer not null,
        active boolean not null,
        uses bigint not null default 0,
        version bigint not null default 1,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        deleted_at timestamptz,
        check ((shared = 'department') = (department_id is not null)),
        check ((body_ar is null) = (body_en is null))
    )""",
    """create index macro_listed on tickets.macro ((-uses), position, id)
        where deleted_at is null""",
    """create table tickets.macro_use (
        id uuid primary key,
        macro_id uuid not null,
        times integer not null
    )""",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table in ("macro", "macro_use"):
        for statement in protect("tickets", table, None):
            op.execute(statement)
