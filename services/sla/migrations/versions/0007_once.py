"""A promise is broken once, and warned of once: by constraint, whatever code may do."""

from alembic import op

revision = "0007"
down_revision = "0006"

_STATEMENTS = (
    """alter table sla.breach add column nth int not null default 0""",
    """update sla.breach b set nth = n.nth from (
        select ctid, row_number() over (
            partition by ticket_id, metric, cycle, fact order by noted_at) - 1 as nth
        from sla.breach) n
        where b.ctid = n.ctid and n.nth > 0""",
    "alter table sla.breach drop constraint breach_pkey",
    "alter table sla.breach add primary key (ticket_id, metric, cycle, fact, nth)",
    """create unique index timer_past_fired on sla.timer_past (ticket_id, key)
        where state = 'fired'""",
)
"""`nth` counts a promise's breaches: a second one needs that the one before it was voided."""


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
