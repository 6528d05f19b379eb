"""The kit's tables: outbox, inbox, sequences, dead letters, keys."""

from alembic import op

from shared.kit.schema import kit_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    for statement in kit_tables("sla"):
        op.execute(statement)
