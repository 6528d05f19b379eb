"""How far a ticket is escalated stands in the index of the escalated, too.

Those escalated far, by priority, were sought along the priorities: 41,000 rows for a page. By the
index of the escalated alone a third of them is fetched, and the planner sees that it is cheaper.
"""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.execute("drop index tickets.ticket_escalated")
    op.execute(
        """create index ticket_escalated on tickets.ticket (next_due_at, id, escalation_level)
        where escalation_level > 0"""
    )
