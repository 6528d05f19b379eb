"""What only triggers call, nobody may call: functions are everybody's until that is taken back."""

from alembic import op

revision = "0018"
down_revision = "0017"

FUNCTIONS = ("note_change", "note_moved", "note_reader", "note_again", "note_erased")


def upgrade() -> None:
    for name in FUNCTIONS:
        op.execute(f"revoke all on function tickets.{name} from public")
