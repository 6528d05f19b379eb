"""Colleagues who watch a ticket, and tickets of which nobody is told."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("alter table notify.ticket add column watchers uuid[] not null default '{}'")
    op.execute("alter table notify.ticket add column silent boolean not null default false")
