"""Tickets, their messages and files, what others told us about them, and the walls around all."""

from alembic import op

from shared.kit.schema import protect

revision = "0002"
down_revision = "0001"

LIVE = "status in ('new', 'open', 'waiting_customer', 'waiting_third_party')"
STATUSES = (
    "'new', 'open', 'waiting_customer', 'waiting_third_party',"
    " 'resolved', 'closed', 'merged', 'spam'"
)

TABLES = [
    "create sequence tickets.ticket_number start 1001",
    "grant usage on sequence tickets.ticket_number to tickets_system",
    f"""create table tickets.ticket (
        id uuid primary key,
        number bigint not null,
        organization_id uuid not null,
        requester_id uuid not null,
        department_id uuid not null,
        assignee_id uuid,
        status text not null check (status in ({STATUSES})),
        priority text not null,
        requested_priority text,
        priority_settled boolean not null default false,
        channel text not null,
        locale text not null,
        subject bytea not null,
        tags text[] not null default '{{}}',
        custom bytea,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        resolved_at timestamptz,
        closed_at timestamptz,
        reopen_until timestamptz,
        reopen_window_seconds integer not null default 86400,
        reopen_moved boolean not null default false,
        reopen_count integer not null default 0,
        mail_reopens timestamptz[] not null default '{{}}',
        follow_up_of uuid,
        merged_into uuid,
        version bigint not null,
        last_staff_message_at timestamptz,
        last_customer_message_at timestamptz,
        sla jsonb,
        sla_state text not null default 'pending',
        sla_sequence bigint not null default 0,
        next_due_at timestamptz not null default '9999-12-31T00:00:00Z',
        escalation_level integer not null default 0,
        escalation_raised_at timestamptz,
        escalation_acknowledged_at timestamptz,
        escalation_sequence bigint not null default 0,
        reindex boolean not null default false)""",
    """create table tickets.message (
        id uuid primary key,
        ticket_id uuid not null references tickets.ticket (id),
        organization_id uuid not null,
        direction text not null,
        public boolean not null,
        author_id uuid,
        author_kind text not null,
        channel text not null,
        automatic boolean not null default false,
        created_at timestamptz not null,
        body_text bytea not null,
        body_html bytea,
        visible_text bytea,
        mail_id uuid,
        mail bytea,
        indexed boolean not null default false)""",
    """create table tickets.attachment (
        id uuid primary key,
        ticket_id uuid not null references tickets.ticket (id),
        message_id uuid not null references tickets.message (id),
        organization_id uuid not null,
        public boolean not null,
        name bytea not null,
        media_type text not null,
        size bigint not null,
        digest bytea not null,
        content_id bytea,
        state text not null check (state in ('pending', 'clean', 'infected', 'unscannable')),
        created_at timestamptz not null)""",
    """create table tickets.participant (
        ticket_id uuid not null references tickets.ticket (id),
        person_id uuid not null,
        organization_id uuid not null,
        added_at timestamptz not null,
        primary key (person_id, ticket_id))""",
    """create table tickets.feedback (
        ticket_id uuid not null references tickets.ticket (id),
        reopen_count integer not null,
        organization_id uuid not null,
        score smallint not null check (score between 1 and 5),
        comment bytea,
        by_link boolean not null,
        given_at timestamptz not null,
        primary key (ticket_id, reopen_count))""",
    """create table tickets.timeline (
        id uuid primary key,
        ticket_id uuid not null references tickets.ticket (id),
        organization_id uuid not null,
        at timestamptz not null,
        kind text not null,
        public boolean not null,
        actor_id uuid,
        actor_kind text not null,
        data jsonb not null default '{}',
        reason bytea)""",
    """create table tickets.link (
        ticket_id uuid not null references tickets.ticket (id),
        other_id uuid not null references tickets.ticket (id),
        kind text not null,
        organization_id uuid not null,
        actor_id uuid,
        created_at timestamptz not null,
        primary key (ticket_id, other_id, kind))""",
    """create table tickets.search (
        token bytea not null,
        ticket_id uuid not null references tickets.ticket (id),
        organization_id uuid not null,
        public boolean not null,
        primary key (token, ticket_id))""",
    """create table tickets.person (
        id uuid primary key,
        organization_id uuid not null,
        roles text[] not null,
        department_ids uuid[] not null,
        locale text not null,
        disabled boolean not null default false)""",
    """create table tickets.department (
        id uuid primary key,
        name_ar text not null,
        name_en text not null,
        is_default boolean not null default false)""",
    """create table tickets.organization (
        id uuid primary key,
        locale text not null,
        timezone text not null)""",
    """create table tickets.upload (
        id uuid primary key,
        organization_id uuid not null,
        owner_id uuid,
        length bigint not null,
        name bytea not null,
        media_type text not null,
        created_at timestamptz not null,
        completed_at timestamptz,
        digest bytea)""",
    """create table tickets.spent_proof (
        id bytea primary key,
        expires_at timestamptz not null)""",
]

INDEXES = [
    "create unique index ticket_by_number on tickets.ticket (number)",
    """create index ticket_organization
        on tickets.ticket (organization_id, created_at desc, id desc)""",
    "create index ticket_requester on tickets.ticket (requester_id, created_at desc, id desc)",
    "create index ticket_department on tickets.ticket (department_id, next_due_at, id)",
    """create index ticket_assignee on tickets.ticket (assignee_id, next_due_at, id)
        where assignee_id is not null""",
    "create index ticket_status on tickets.ticket (status, priority, created_at desc, id desc)",
    "create index ticket_created on tickets.ticket (created_at desc, id desc)",
    "create index ticket_updated on tickets.ticket (updated_at desc, id desc)",
    "create index ticket_due on tickets.ticket (next_due_at, id)",
    f"create index ticket_live_priority on tickets.ticket (priority, id) where {LIVE}",
    "create index ticket_priority on tickets.ticket (priority, id)",
    """create index ticket_sla_state on tickets.ticket (sla_state, next_due_at, id)
        where sla_state in ('warning', 'breached')""",
    "create index ticket_tags on tickets.ticket using gin (tags) where tags <> '{}'",
    "create index ticket_reindex on tickets.ticket (id) where reindex",
    "create index message_ticket on tickets.message (ticket_id, created_at, id)",
    "create unique index message_mail on tickets.message (mail_id) where mail_id is not null",
    "create index message_unindexed on tickets.message (id) where not indexed",
    "create index attachment_message on tickets.attachment (message_id)",
    "create index attachment_ticket on tickets.attachment (ticket_id)",
    "create index attachment_content on tickets.attachment (organization_id, digest)",
    "create index participant_ticket on tickets.participant (ticket_id)",
    "create index timeline_ticket on tickets.timeline (ticket_id, at, id)",
    "create index link_other on tickets.link (other_id)",
    "create index search_ticket on tickets.search (ticket_id)",
    "create index upload_age on tickets.upload (created_at)",
    "create index upload_content on tickets.upload (organization_id, digest)",
    "create index spent_proof_age on tickets.spent_proof (expires_at)",
]

CUSTOMERS = {
    "ticket": "select, insert, update",
    "message": "select, insert",
    "attachment": "select, insert",
    "participant": "select, insert",
    "feedback": "select, insert, update",
    "timeline": "select, insert",
    "link": "select",
    "search": "select",
    "upload": "select, insert, update, delete",
}
HIDING = ("message", "attachment", "timeline", "search")
OURS = ("person", "department", "spent_proof")


def upgrade() -> None:
    for statement in (*TABLES, *INDEXES):
        op.execute(statement)
    for table, customer in CUSTOMERS.items():
        for statement in protect("tickets", table, customer=customer):
            op.execute(statement)
    for statement in protect("tickets", "organization", "id", customer="select"):
        op.execute(statement)
    for table in OURS:
        for statement in protect("tickets", table, None):
            op.execute(statement)
    for table in HIDING:
        # Internal notes are the desk's own: a second wall beside the organization's.
        op.execute(
            f"create policy outside on tickets.{table} as restrictive for all"
            " to tickets_customer using (public) with check (public)"
        )
