"""Whether a rating reopened its ticket."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("alter table tickets.feedback add column reopened boolean not null default false")
