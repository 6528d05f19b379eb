"""Stretches of life that reports read; every ticket so far is queued to be read."""

from alembic import op

from shared.kit.schema import protect

revision = "0013"
down_revision = "0012"

_TABLES = (
    """create table tickets.stretch (
        ticket_id uuid not null,
        cycle int not null,
        organization_id uuid not null,
        department_id uuid not null,
        assignee_id uuid,
        opened_at timestamptz not null,
        began_at timestamptz not null,
        ended_at timestamptz,
        resolved_at timestamptz,
        closed_at timestamptz,
        answered_at timestamptz,
        answer_counted int,
        resolve_counted int,
        messages int not null default 0,
        score smallint,
        reopened boolean not null default false,
        spam boolean not null default false,
        ended_by text check (ended_by in ('resolved', 'closed', 'merged', 'spam')),
        priority text not null,
        channel text not null,
        tags text[] not null default '{}',
        primary key (ticket_id, cycle)) with (fillfactor = 85)""",
    "create index stretch_began on tickets.stretch (began_at)",
    "create index stretch_resolved on tickets.stretch (resolved_at) where resolved_at is not null",
    "create index stretch_closed on tickets.stretch (closed_at) where closed_at is not null",
    "create index stretch_ended on tickets.stretch (ended_at) where ended_at is not null",
    "create index stretch_live on tickets.stretch (began_at) where ended_at is null",
    "create index stretch_organization on tickets.stretch (organization_id, began_at)",
    "create index feedback_given on tickets.feedback (given_at desc, ticket_id, reopen_count)",
    """create table tickets.untallied (
        id uuid primary key, ticket_id uuid not null, organization_id uuid not null)""",
    """insert into tickets.untallied
        select uuidv7(), id, organization_id from tickets.ticket order by id""",
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    for statement in protect("tickets", "stretch", customer="select", staff="select"):
        op.execute(statement)
    # Customers change tickets too; they may say so, and read nothing.
    for statement in protect("tickets", "untallied", customer="insert", staff="insert"):
        op.execute(statement)
