"""A person's word goes no further than they meant: this mail alone, or a ticket of its own."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(
        """alter table intake.inbound_mail
            add column once boolean not null default false,
            add column steered_new boolean not null default false"""
    )
