"""Mails with the content of another that are decided on their own, in the order they were seen."""

from alembic import op

from shared.kit.schema import protect

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute(
        """create table intake.mail_copy (
            tag bytea not null,
            mail_id uuid not null references intake.inbound_mail on delete cascade,
            place bigint generated always as identity,
            primary key (tag, mail_id)
        )"""
    )
    op.execute("create index mail_copy_mail on intake.mail_copy (mail_id)")
    for statement in protect("intake", "mail_copy", None):
        op.execute(statement)
