"""Absences end: an endless one stopped every ladder of its department and hid the list."""

from alembic import op

revision = "0003"
down_revision = "0002"

_FINITE = "isfinite(starts_at) and isfinite(ends_at)"


def upgrade() -> None:
    """Whoever was away for ever is here again; the table refuses such a row from now on."""
    op.execute(f"delete from escalation.absence where not ({_FINITE})")
    op.execute(f"alter table escalation.absence add constraint absence_finite check ({_FINITE})")
