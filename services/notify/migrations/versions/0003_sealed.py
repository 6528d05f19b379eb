"""Sealed mails are kept as they are: what is encrypted does not get smaller by compressing."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("alter table notify.delivery alter column sealed set storage external")
