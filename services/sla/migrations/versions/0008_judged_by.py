"""What has ended keeps the calendars that it ended under (sla.md 5.9)."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("alter table sla.clock add column judged_by bigint")
