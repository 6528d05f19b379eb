"""Departments that look on see the clocks as the owner does."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(
        "alter table sla.clock add column watching_department_ids uuid[] not null default '{}'"
    )
