"""Mails that wait for a word about a ticket, and messages of ours that came back."""

from alembic import op

from shared.kit.schema import protect

revision = "0004"
down_revision = "0003"

STATEMENTS = [
    """create table tickets.held_mail (
        mail_id uuid primary key,
        ticket_id uuid not null,
        organization_id uuid not null,
        reasons text[] not null,
        sender_auth text,
        held_at timestamptz not null
    )""",
    "create index held_mail_ticket on tickets.held_mail (ticket_id, held_at)",
    "alter table tickets.ticket add column held_mails int not null default 0",
    "alter table tickets.message add column bounced_at timestamptz",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for statement in protect("tickets", "held_mail", None):
        op.execute(statement)
