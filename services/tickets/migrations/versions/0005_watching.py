"""Departments that look on: a mail addressed them beside the one that owns the ticket."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = [
    "alter table tickets.ticket add column watching_department_ids uuid[] not null default '{}'",
    # Few tickets are watched: the others cost this index nothing.
    """create index ticket_watching on tickets.ticket using gin (watching_department_ids)
        where watching_department_ids <> '{}'""",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
