"""The schema of escalation: directory and ticket projections, ladders, escalations, absences."""

from alembic import op

from shared.kit.schema import protect

revision = "0002"
down_revision = "0001"

_TABLES = (
    """create table escalation.person (
        user_id uuid primary key,
        organization_id uuid not null,
        roles text[] not null default '{}',
        department_ids uuid[] not null default '{}',
        disabled boolean not null default false)""",
    """create table escalation.department (
        id uuid primary key,
        name_ar text not null,
        name_en text not null,
        is_default boolean not null default false)""",
    """create table escalation.position (
        position text primary key,
        role text not null,
        department_id uuid,
        user_ids uuid[] not null default '{}')""",
    """create table escalation.ticket (
        ticket_id uuid primary key,
        organization_id uuid not null,
        department_id uuid not null,
        requester_id uuid,
        assignee_id uuid,
        priority text not null,
        status text not null,
        clocks jsonb not null default '{}',
        version bigint not null default 0)""",
    """create table escalation.ladder (
        ticket_id uuid not null,
        metric text not null,
        cycle int not null,
        organization_id uuid not null,
        rungs jsonb not null,
        policy_id uuid,
        policy_version int,
        reached int not null default 0,
        standing text not null,
        waits_for int,
        broken_at timestamptz,
        created_at timestamptz not null,
        primary key (ticket_id, metric, cycle))""",
    """create table escalation.escalation (
        id uuid primary key,
        ticket_id uuid not null,
        organization_id uuid not null,
        metric text not null,
        cycle int not null,
        level int not null,
        to_role text not null,
        action text[] not null,
        user_ids uuid[] not null default '{}',
        assign_to uuid,
        cause text not null,
        state text not null,
        reason text,
        raised_at timestamptz not null,
        acknowledged_at timestamptz,
        acknowledged_by uuid,
        unique (ticket_id, metric, cycle, level))""",
    """create table escalation.absence (
        id uuid primary key,
        user_id uuid not null,
        deputy_id uuid,
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        created_by uuid not null,
        created_at timestamptz not null,
        check (ends_at > starts_at))""",
    "create index absence_end on escalation.absence (ends_at)",
)

_WALLS = (
    *protect("escalation", "person", customer=""),
    *protect("escalation", "department", None, customer=""),
    *protect("escalation", "position", None, customer=""),
    *protect("escalation", "ticket", customer="select"),
    *protect("escalation", "ladder", customer=""),
    *protect("escalation", "escalation", customer="select"),
    *protect("escalation", "absence", None, customer=""),
)


def upgrade() -> None:
    """Make everything that escalation owns."""
    for statement in (*_TABLES, *_WALLS):
        op.execute(statement)
