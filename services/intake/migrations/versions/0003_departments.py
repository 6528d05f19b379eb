"""Mails of a department, newest first; one without a department is the default department's."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """create index inbound_mail_department on intake.inbound_mail (
            (case when department_id is null then '00000000-0000-7000-8000-000000000002'::uuid
                else department_id end), id)"""
    )
