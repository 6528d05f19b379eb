"""The schema of notify: projections, deliveries, inbox, webhooks and the feed of events."""

from alembic import op

from shared.kit.schema import protect

revision = "0002"
down_revision = "0001"

_TABLES = (
    """create table notify.person (
        user_id uuid primary key,
        organization_id uuid not null,
        roles text[] not null default '{}',
        locale text not null default 'ar',
        disabled boolean not null default false,
        bounced_at timestamptz)""",
    "create index person_roles on notify.person using gin (roles)",
    """create table notify.ticket (
        ticket_id uuid primary key,
        organization_id uuid not null,
        number bigint,
        requester_id uuid,
        assignee_id uuid,
        department_id uuid,
        participants uuid[] not null default '{}',
        promise jsonb,
        version bigint not null default 0)""",
    """create table notify.delivery (
        id uuid primary key,
        organization_id uuid not null,
        kind text not null,
        ticket_id uuid,
        recipient_id uuid not null,
        cause_id uuid not null,
        state text not null,
        reason text,
        facts jsonb not null default '{}',
        attempts int not null default 0,
        next_at timestamptz,
        leased_until timestamptz,
        sealed bytea,
        message_id text,
        address_key bytea,
        domain_key bytea,
        subject_key bytea,
        created_at timestamptz not null,
        composed_at timestamptz,
        sent_at timestamptz,
        unique (cause_id, kind, recipient_id))""",
    """create index delivery_due on notify.delivery (next_at)
        where state in ('pending', 'ready')""",
    "create index delivery_ticket on notify.delivery (ticket_id, kind)",
    """create index delivery_address on notify.delivery (address_key, composed_at)
        where address_key is not null""",
    """create index delivery_domain on notify.delivery (domain_key, composed_at)
        where domain_key is not null""",
    """create table notify.notice (
        id uuid primary key,
        user_id uuid not null,
        organization_id uuid not null,
        kind text not null,
        ticket_id uuid,
        cause_id uuid not null,
        facts jsonb not null default '{}',
        created_at timestamptz not null,
        read_at timestamptz,
        unique (user_id, cause_id))""",
    "create index notice_reader on notify.notice (user_id, id desc)",
    """create table notify.preference (
        user_id uuid primary key,
        organization_id uuid not null,
        digits text not null,
        muted text[] not null default '{}',
        updated_at timestamptz not null)""",
    """create table notify.endpoint (
        id uuid primary key,
        organization_id uuid,
        url bytea not null,
        description bytea,
        secret bytea not null,
        previous_secret bytea,
        previous_until timestamptz,
        event_types text[] not null default '{}',
        enabled boolean not null default true,
        disabled_reason text,
        failing_since timestamptz,
        throttled_until timestamptz,
        created_by uuid not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        version bigint not null default 1)""",
    "create index endpoint_organization on notify.endpoint (organization_id)",
    """create table notify.webhook (
        id uuid primary key,
        endpoint_id uuid not null references notify.endpoint on delete cascade,
        organization_id uuid,
        event_id uuid not null,
        type text not null,
        body text not null,
        state text not null,
        attempts int not null default 0,
        next_at timestamptz,
        leased_until timestamptz,
        last_status int,
        last_error text,
        log jsonb not null default '[]',
        created_at timestamptz not null,
        delivered_at timestamptz,
        unique (endpoint_id, event_id))""",
    """create index webhook_due on notify.webhook (endpoint_id, next_at)
        where state = 'pending'""",
    "create index webhook_next on notify.webhook (next_at) where state = 'pending'",
    "create index webhook_list on notify.webhook (endpoint_id, id desc)",
    """create table notify.feed (
        id uuid primary key,
        position bigint unique,
        type text not null,
        organization_id uuid not null,
        ticket_id uuid not null,
        inside boolean not null default false,
        envelope text not null,
        at timestamptz not null)""",
    "create index feed_waiting on notify.feed (id) where position is null",
    "create index feed_organization on notify.feed (organization_id, position)",
    "create index feed_at on notify.feed (at)",
    "create sequence notify.feed_position",
    "grant usage on sequence notify.feed_position to notify_system",
)

_WALLS = (
    *protect("notify", "person", customer=""),
    *protect("notify", "ticket", customer="select", staff="select"),
    *protect("notify", "delivery", customer="", staff="select"),
    *protect("notify", "notice", customer="select, update", staff="select, update"),
    *protect("notify", "preference"),
    *protect("notify", "endpoint", customer="select, insert, update, delete"),
    *protect("notify", "webhook", customer="select, insert, update"),
    *protect("notify", "feed", customer="select", staff="select"),
)


def upgrade() -> None:
    """Make everything that notify owns."""
    for statement in (*_TABLES, *_WALLS):
        op.execute(statement)
