"""Follow-ups are found from the ticket that they go on with."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute(
        """create index ticket_follow_up on tickets.ticket (follow_up_of)
        where follow_up_of is not null"""
    )
