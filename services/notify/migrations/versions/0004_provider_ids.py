"""Ids that providers give our mails instead of ours: threads lead on from what people have."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("alter table notify.delivery add column provider_message_id text")
