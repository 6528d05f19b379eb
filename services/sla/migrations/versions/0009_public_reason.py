"""What a customer is told about an excuse, beside the reason that the desk keeps for itself."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("alter table sla.breach add column public_reason bytea")
