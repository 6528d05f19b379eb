"""By which rules an index was made, so that an upgrade makes a new one; errands for new labels."""

from alembic import op

revision = "0020"
down_revision = "0019"

STATEMENTS = [
    "alter table tickets.search_generation add column rules smallint not null default 1",
    """alter table tickets.search_task drop constraint search_task_kind_check,
        add constraint search_task_kind_check
            check (kind in ('anew', 'facts', 'names', 'person', 'label'))""",
    # An option is named by field and value (`usecases/relabelling.py`).
    """create function tickets.note_labels() returns trigger language plpgsql
        security definer set search_path = tickets, pg_catalog as $$
        begin
            insert into tickets.search_task (about_id, kind, number)
                select md5(new.id || ':' || (now.one ->> 'value'))::uuid, 'label', 0
                from jsonb_array_elements(new.options) as now (one)
                join jsonb_array_elements(old.options) as before (one)
                    on before.one ->> 'value' = now.one ->> 'value'
                where before.one -> 'label' <> now.one -> 'label'
                on conflict do nothing;
            return null;
        end $$""",
    "revoke all on function tickets.note_labels() from public",
    """create trigger note_labels after update of options on tickets.custom_field
        for each row when (old.options is distinct from new.options)
        execute function tickets.note_labels()""",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
