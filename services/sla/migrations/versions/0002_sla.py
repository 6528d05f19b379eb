"""The schema of sla: calendars, policies, contracts, clocks and the timers of the house."""

from alembic import op

from shared.kit.schema import protect

revision = "0002"
down_revision = "0001"

_RULES = (
    """create table sla.calendar (
        id uuid primary key,
        name jsonb not null,
        version int not null,
        created_at timestamptz not null,
        updated_at timestamptz not null)""",
    """create table sla.calendar_version (
        calendar_id uuid not null references sla.calendar (id),
        version int not null,
        document jsonb not null,
        effective_from timestamptz not null,
        retroactive boolean not null default false,
        revision bigint generated always as identity unique,
        created_at timestamptz not null,
        created_by uuid not null,
        primary key (calendar_id, version))""",
    """create table sla.policy (
        id uuid primary key,
        version int not null,
        created_at timestamptz not null,
        updated_at timestamptz not null)""",
    """create table sla.policy_version (
        policy_id uuid not null references sla.policy (id),
        version int not null,
        document jsonb not null,
        created_at timestamptz not null,
        created_by uuid not null,
        primary key (policy_id, version))""",
    """create table sla.contract (
        id uuid primary key,
        organization_id uuid not null,
        kind text not null check (kind in ('standard', 'post_launch', 'emergency')),
        policy_id uuid not null references sla.policy (id),
        calendar_id uuid references sla.calendar (id),
        starts_on date not null,
        ends_on date check (ends_on >= starts_on),
        uptime_target double precision,
        version int not null,
        created_at timestamptz not null,
        updated_at timestamptz not null)""",
    "create index contract_organization on sla.contract (organization_id, starts_on)",
    """create table sla.organization (
        id uuid primary key,
        locale text not null,
        timezone text not null)""",
)

_CLOCKS = (
    """create table sla.clock (
        ticket_id uuid primary key,
        organization_id uuid not null,
        number bigint not null,
        requester_id uuid not null,
        participants uuid[] not null default '{}',
        department_id uuid not null,
        assignee_id uuid,
        priority text not null,
        status text not null,
        policy_id uuid not null,
        policy_version int not null,
        contract_id uuid,
        calendar_id uuid not null,
        opened_at timestamptz not null,
        settled_at timestamptz not null,
        next_due_at timestamptz,
        open boolean not null default true,
        generation int not null default 1,
        sequence bigint not null default 0,
        clocks jsonb not null,
        stated jsonb not null,
        foreign key (policy_id, policy_version)
            references sla.policy_version (policy_id, version)) with (fillfactor = 70)""",
    "create index clock_open on sla.clock (calendar_id) where open",
    "create index clock_opened on sla.clock (opened_at)",
    """create table sla.clock_event (
        ticket_id uuid not null,
        ordinal bigint not null,
        organization_id uuid not null,
        at timestamptz not null,
        kind text not null,
        value text not null default '',
        status text not null default '',
        ref uuid,
        primary key (ticket_id, ordinal))""",
    """create table sla.breach (
        ticket_id uuid not null,
        metric text not null,
        cycle int not null,
        fact text not null check (fact in ('breached', 'voided', 'excused')),
        noted_at timestamptz not null,
        organization_id uuid not null,
        due_at timestamptz,
        breached_at timestamptz,
        cause text not null,
        priority text,
        department_id uuid,
        actor_id uuid,
        primary key (ticket_id, metric, cycle, fact, noted_at))""",
)

_TIMERS = (
    """create table sla.timer (
        key text primary key,
        kind text not null,
        ticket_id uuid not null,
        due_at timestamptz not null,
        generation int not null default 0,
        owner text not null,
        payload jsonb)""",
    "create index timer_due on sla.timer (due_at)",
    "create index timer_ticket on sla.timer (ticket_id)",
)

_EVERYBODY_READS = ("calendar", "calendar_version", "policy", "policy_version")
_CUSTOMERS_READ = ("contract", "clock", "clock_event", "breach")
_HOUSE_ONLY = ("organization", "timer")


def _readable(table: str) -> list[str]:
    """Rules name no customer; each customer needs those that its own tickets are judged by."""
    return [
        *protect("sla", table, organization=None),
        f"create policy customer on sla.{table} for select to sla_customer using (true)",
        f"grant select on sla.{table} to sla_customer",
    ]


def upgrade() -> None:
    for statement in (*_RULES, *_CLOCKS, *_TIMERS):
        op.execute(statement)
    for table in _EVERYBODY_READS:
        for statement in _readable(table):
            op.execute(statement)
    for table in _CUSTOMERS_READ:
        for statement in protect("sla", table, customer="select"):
            op.execute(statement)
    for table in _HOUSE_ONLY:
        for statement in protect("sla", table, organization=None):
            op.execute(statement)
