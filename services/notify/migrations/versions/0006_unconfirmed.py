"""Requests of the form that nobody has confirmed: no customer sees what happens to them."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("alter table notify.ticket add column unconfirmed boolean not null default false")
