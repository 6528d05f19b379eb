"""Requests of the form that nobody has confirmed: no customer sees their promises."""

from alembic import op

from shared.kit.schema import protect

revision = "0011"
down_revision = "0010"

STATEMENTS = [
    """create table sla.unconfirmed (
        ticket_id uuid primary key,
        organization_id uuid not null
    )""",
    "create index unconfirmed_organization on sla.unconfirmed (organization_id, ticket_id)",
    *protect("sla", "unconfirmed", customer="select"),
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
