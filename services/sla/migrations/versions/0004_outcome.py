"""What became of each promise, in rows that a report reads; older clocks are read anew."""

from alembic import op

from shared.kit.schema import protect

revision = "0004"
down_revision = "0003"

_TABLES = (
    """create table sla.outcome (
        ticket_id uuid not null,
        organization_id uuid not null,
        department_id uuid not null,
        assignee_id uuid,
        contract_id uuid,
        opened_at timestamptz not null,
        noted_at timestamptz not null,
        due_at timestamptz,
        ended_at timestamptz,
        breached_at timestamptz,
        number bigint not null,
        target_seconds bigint,
        counted_seconds bigint not null,
        paused_seconds bigint not null,
        late_seconds bigint,
        cycle int not null,
        reopens int not null,
        metric text not null,
        state text not null check (state in ('open', 'met', 'late', 'overdue', 'out')),
        priority text not null,
        standing boolean not null,
        last boolean not null,
        voided boolean not null default false,
        excused boolean not null default false,
        primary key (ticket_id, metric, cycle)) with (fillfactor = 85)""",
    "create index outcome_opened on sla.outcome (opened_at)",
    "create index outcome_organization on sla.outcome (organization_id, opened_at)",
    """create index outcome_late on sla.outcome (late_seconds desc, ticket_id)
        where late_seconds is not null""",
    "create table sla.unprojected (ticket_id uuid primary key)",
    "insert into sla.unprojected select ticket_id from sla.clock",
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    for statement in protect("sla", "outcome", customer="select"):
        op.execute(statement)
    for statement in protect("sla", "unprojected", organization=None, staff=""):
        op.execute(statement)
