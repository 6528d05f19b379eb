"""Requests that nobody has confirmed can be listed: few among many, they have an index."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.execute(
        "create index ticket_unconfirmed on tickets.ticket (created_at desc, id desc)"
        " where unconfirmed"
    )
