"""Who solved what nobody held has the credit in old stretches, too.

They were read before that rule and are read anew only when their ticket changes: now they are put
in line for the worker, which takes a few hundred at a time.
"""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.execute(
        """insert into tickets.untallied (id, ticket_id, organization_id)
        select uuidv7(), ticket_id, organization_id from (
            select distinct ticket_id, organization_id from tickets.stretch
            where assignee_id is null and ended_by = 'resolved') old"""
    )
