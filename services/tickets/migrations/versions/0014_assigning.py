"""Assignment: rules of departments, what people take, and who is away."""

from alembic import op

from shared.kit.schema import protect

revision = "0014"
down_revision = "0013"

TABLES = [
    """create table tickets.assignment_rule (
        department_id uuid primary key,
        mode text not null check (mode in ('manual', 'round_robin')),
        default_capacity integer not null,
        language text not null check (language in ('off', 'prefer', 'require')),
        reassign_when_absent boolean not null,
        last_assigned_id uuid,
        version bigint not null default 1,
        updated_at timestamptz not null)""",
    """create table tickets.assignment_person (
        person_id uuid primary key,
        capacity integer,
        languages text[] not null,
        paused boolean not null default false,
        version bigint not null default 1,
        updated_at timestamptz not null)""",
    """create table tickets.absence (
        id uuid primary key,
        person_id uuid not null,
        starts_at timestamptz not null,
        ends_at timestamptz not null)""",
    "create index absence_person on tickets.absence (person_id, ends_at)",
    "create index absence_start on tickets.absence (starts_at)",
    "create index absence_end on tickets.absence (ends_at)",
    # Staff have departments, customers have none: of them there may be very many.
    """create index person_departments on tickets.person using gin (department_ids)
        where department_ids <> '{}'""",
]


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table in ("assignment_rule", "assignment_person", "absence"):
        for statement in protect("tickets", table, None):
            op.execute(statement)
