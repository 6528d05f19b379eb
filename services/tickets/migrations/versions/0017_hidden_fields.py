"""A field that is hidden, or shown again, is told to the search index too."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute(
        """alter table tickets.custom_field drop constraint custom_field_filling_check,
            add constraint custom_field_filling_check
                check (filling in ('building', 'dropping', 'hiding'))"""
    )
