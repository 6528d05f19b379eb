"""Departments that look on at a ticket read its mails too; copies of a mail are found by it."""

from alembic import op

from shared.kit.schema import protect

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute(
        """create table intake.thread_watcher (
            department_id uuid not null,
            ticket_id uuid not null,
            primary key (department_id, ticket_id)
        )"""
    )
    op.execute("create index thread_watcher_ticket on intake.thread_watcher (ticket_id)")
    op.execute(
        """create index inbound_mail_copies on intake.inbound_mail (duplicate_of)
            where duplicate_of is not null"""
    )
    for statement in protect("intake", "thread_watcher", None):
        op.execute(statement)
