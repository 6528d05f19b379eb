"""Ids that providers gave to mails of ours: an answer may quote nothing else."""

from alembic import op

from shared.kit.schema import protect

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        """create table intake.sent_message (
            message_tag bytea primary key,
            ticket_id uuid not null,
            internal boolean not null
        )"""
    )
    for statement in protect("intake", "sent_message", None):
        op.execute(statement)
