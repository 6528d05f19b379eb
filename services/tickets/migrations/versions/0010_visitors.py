"""Requests of the web form that somebody may not have made."""

from alembic import op

from shared.kit.schema import protect

revision = "0010"
down_revision = "0009"

STATEMENTS = [
    """create table tickets.verification (
        ticket_id uuid primary key references tickets.ticket (id),
        person_id uuid not null,
        organization_id uuid not null,
        asked_at timestamptz not null,
        word text check (word in ('confirmed', 'denied')),
        said_at timestamptz
    )""",
    "create index verification_person on tickets.verification (person_id, said_at desc)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for statement in protect("tickets", "verification", None):
        op.execute(statement)
