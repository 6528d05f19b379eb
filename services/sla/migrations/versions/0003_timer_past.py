"""What became of timers, for the explanation of a promise."""

from alembic import op

from shared.kit.schema import protect

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """create table sla.timer_past (
            ticket_id uuid not null,
            key text not null,
            ended_at timestamptz not null,
            state text not null check (state in ('fired', 'disarmed')),
            organization_id uuid not null,
            kind text not null,
            due_at timestamptz not null,
            generation int not null,
            cause text,
            moved_to timestamptz,
            primary key (ticket_id, key, ended_at, state))"""
    )
    for statement in protect("sla", "timer_past", customer="select"):
        op.execute(statement)
