"""Whose uploads of the form are whose, and tickets that no customer sees unconfirmed."""

from alembic import op

from shared.kit.schema import protect

revision = "0022"
down_revision = "0021"

STATEMENTS = [
    "alter table tickets.upload add column visitor bytea",
    """create table tickets.spent_upload (
        id uuid primary key,
        organization_id uuid not null,
        owner_id uuid,
        spent_at timestamptz not null
    )""",
    "create index spent_upload_at on tickets.spent_upload (spent_at)",
    *protect("tickets", "spent_upload", customer="select, insert"),
    "alter table tickets.ticket add column unconfirmed boolean not null default false",
    """update tickets.ticket t set unconfirmed = true from tickets.verification v
        where v.ticket_id = t.id and v.word is distinct from 'confirmed'""",
    """create policy unconfirmed on tickets.ticket as restrictive for all
        to tickets_customer using (not unconfirmed) with check (not unconfirmed)""",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
