"""Merges that can be undone, links with a meaning, incidents that tell, colleagues who watch."""

from alembic import op

from shared.kit.schema import protect

revision = "0016"
down_revision = "0015"

STATEMENTS = [
    "alter table tickets.ticket add column status_before text",
    "alter table tickets.ticket add column reports integer not null default 0",
    """create table tickets.merge (
        id uuid primary key,
        source_id uuid not null references tickets.ticket (id),
        target_id uuid not null references tickets.ticket (id),
        organization_id uuid not null,
        actor_id uuid,
        merged_at timestamptz not null,
        undone_at timestamptz,
        message_ids uuid[] not null,
        mail_ids uuid[] not null,
        people uuid[] not null,
        departments uuid[] not null,
        followers uuid[] not null,
        links jsonb not null)""",
    "create unique index merge_source on tickets.merge (source_id) where undone_at is null",
    """create table tickets.follower (
        ticket_id uuid not null references tickets.ticket (id),
        person_id uuid not null,
        organization_id uuid not null,
        added_at timestamptz not null,
        primary key (ticket_id, person_id))""",
    """create table tickets.telling (
        id uuid primary key,
        incident_id uuid not null references tickets.ticket (id),
        organization_id uuid not null,
        actor_id uuid,
        reopen_count integer not null,
        message bytea,
        created_at timestamptz not null)""",
    "create index telling_incident on tickets.telling (incident_id, created_at)",
    """create table tickets.telling_report (
        telling_id uuid not null references tickets.telling (id),
        report_id uuid not null references tickets.ticket (id),
        state text not null check (state in ('pending', 'told', 'passed', 'failed')),
        attempts smallint not null default 0,
        next_at timestamptz not null,
        told_at timestamptz,
        primary key (telling_id, report_id))""",
    """create index telling_report_pending on tickets.telling_report (next_at, report_id)
        where state = 'pending'""",
    # Kinds were free words before: what has no meaning of its own is only related.
    """update tickets.link set kind = 'related' where kind not in
        ('related', 'possibly_related', 'parent', 'duplicate_of', 'incident')""",
    "create index link_page on tickets.link (ticket_id, created_at)",
    "create index link_other_page on tickets.link (other_id, created_at)",
    "drop index tickets.link_other",
]
OURS = ("merge", "follower", "telling", "telling_report")


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table in OURS:
        for statement in protect("tickets", table, None):
            op.execute(statement)
