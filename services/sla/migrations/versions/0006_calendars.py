"""Open clocks in the order of their tickets, for what goes through all of them in steps."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("create index clock_open_ticket on sla.clock (ticket_id) where open")
