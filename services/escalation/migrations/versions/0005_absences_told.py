"""Absences are told to others; those noted before are told when the service starts."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("alter table escalation.absence add column stated boolean not null default false")
    # The rows of today stay unsaid; what is noted from now on is told at once.
    op.execute("alter table escalation.absence alter column stated set default true")
