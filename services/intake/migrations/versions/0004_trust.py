"""Why a mail was decided so, what a person wished for it, and whose department a ticket is."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """alter table intake.inbound_mail
        add column because text[] not null default '{}',
        add column steered_department_id uuid,
        add column steered_ticket_id uuid,
        add column decided_by uuid,
        add column note bytea""",
    "alter table intake.thread_ticket add column department_id uuid",
    """create index inbound_mail_ticket on intake.inbound_mail (ticket_id, id)
        where ticket_id is not null""",
    "create index inbound_mail_class on intake.inbound_mail (mail_class, id)",
    "create index inbound_mail_auth on intake.inbound_mail (sender_auth, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
