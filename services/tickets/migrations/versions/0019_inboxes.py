"""A no to the form holds for the whole inbox, whatever stands behind a plus."""

from alembic import op

revision = "0019"
down_revision = "0018"

STATEMENTS = [
    "alter table tickets.verification add column inbox bytea",
    """create index verification_inbox on tickets.verification (inbox, said_at desc)
        where word is not null""",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
