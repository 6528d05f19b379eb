"""Old requests of the form that nobody has confirmed: the other services are to hear of them."""

from alembic import op

revision = "0024"
down_revision = "0023"

STATEMENTS = [
    "alter table tickets.verification add column told boolean not null default true",
    "update tickets.verification set told = false where word is distinct from 'confirmed'",
    "create index verification_untold on tickets.verification (ticket_id) where not told",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
