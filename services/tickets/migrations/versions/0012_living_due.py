"""The living by what is due: the last page of a queue must not pass all that ever ended."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute(
        """create index ticket_live_due on tickets.ticket (next_due_at, id)
        where status in ('new', 'open', 'waiting_customer', 'waiting_third_party')"""
    )
