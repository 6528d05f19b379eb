"""People whom the web form made and nobody has proven: no customer sees them."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = [
    "alter table identity.user add column unproven boolean not null default false",
    "grant select (unproven) on identity.user to identity_customer",
    """create policy unproven on identity.user as restrictive for select to identity_customer
        using (not unproven)""",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
