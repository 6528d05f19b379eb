"""Departments that look on see the escalations as the owner does."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        "alter table escalation.ticket add column"
        " watching_department_ids uuid[] not null default '{}'"
    )
