"""The search index as slices of bits, and what tells its keeper that a ticket changed."""

from alembic import op

from shared.kit.schema import protect

revision = "0007"
down_revision = "0006"

TABLES = [
    """create table tickets.posting (
        slice integer not null,
        generation smallint not null,
        field smallint not null,
        count smallint not null,
        token bytea not null,
        bits bytea not null,
        primary key (generation, slice, token, field)) with (fillfactor = 90)""",
    """create table tickets.search_entry (
        ticket_id uuid not null,
        generation smallint not null,
        number bigint not null,
        marks bytea not null,
        primary key (ticket_id, generation))""",
    """create table tickets.search_generation (
        id smallint primary key,
        key_version smallint not null,
        state text not null check (state in ('building', 'active', 'retired')),
        place bigint not null default 0,
        done bigint not null default 0,
        started_at timestamptz not null,
        finished_at timestamptz)""",
    """create unique index search_generation_state on tickets.search_generation (state)
        where state in ('active', 'building')""",
    """insert into tickets.search_generation (id, key_version, state, started_at, finished_at)
        values (1, 1, 'active', now(), now())""",
    """create table tickets.search_task (
        about_id uuid not null,
        kind text not null check (kind in ('anew', 'facts', 'names', 'person')),
        number bigint not null,
        asked_at timestamptz not null default now(),
        primary key (about_id, kind))""",
    "create index search_task_kind on tickets.search_task (kind, number)",
    """create table tickets.search_person (
        person_id uuid primary key,
        print bytea not null)""",
    "drop table tickets.search",
    "update tickets.message set indexed = false where indexed",
]

# Whatever changes a ticket, now or in a later release, the index hears of it: not by the care of
# each verb, but by the row itself. Opening a ticket fires none of these.
CHANGED = """create function tickets.note_change() returns trigger language plpgsql as $$
    begin new.reindex := true; return new; end $$"""
TASK = """create function tickets.{name}() returns trigger language plpgsql
    security definer set search_path = tickets, pg_catalog as $$
    begin
        insert into tickets.search_task (about_id, kind, number)
            select t.id, '{kind}', t.number from tickets.ticket t where t.id = {ticket}
            on conflict do nothing;
        return null;
    end $$"""
AGAIN = """create function tickets.note_again() returns trigger language plpgsql as $$
    begin new.indexed := false; return new; end $$"""
ERASED = """create function tickets.note_erased() returns trigger language plpgsql
    security definer set search_path = tickets, pg_catalog as $$
    begin
        insert into tickets.search_task (about_id, kind, number)
            values (old.id, 'anew', old.number) on conflict do nothing;
        return null;
    end $$"""
WATCHED = (
    *("status", "priority", "department_id", "assignee_id", "requester_id", "organization_id"),
    *("subject", "tags", "custom", "watching_department_ids"),
)
TRIGGERS = [
    CHANGED,
    TASK.format(name="note_moved", kind="anew", ticket="old.ticket_id"),
    TASK.format(name="note_reader", kind="facts", ticket="coalesce(new.ticket_id, old.ticket_id)"),
    AGAIN,
    ERASED,
    """create trigger note_again before update of ticket_id, public on tickets.message
        for each row when ((old.ticket_id, old.public) is distinct from
            (new.ticket_id, new.public)) execute function tickets.note_again()""",
    f"""create trigger note_change before update of {", ".join(WATCHED)} on tickets.ticket
        for each row when (({", ".join(f"old.{one}" for one in WATCHED)}) is distinct from
            ({", ".join(f"new.{one}" for one in WATCHED)}))
        execute function tickets.note_change()""",
    """create trigger note_moved after update of ticket_id, public or delete on tickets.message
        for each row execute function tickets.note_moved()""",
    """create trigger note_reader after insert or delete on tickets.participant
        for each row execute function tickets.note_reader()""",
    """create trigger note_erased after delete on tickets.ticket
        for each row execute function tickets.note_erased()""",
]


def upgrade() -> None:
    for statement in (*TABLES, *TRIGGERS):
        op.execute(statement)
    for table in ("posting", "search_entry", "search_generation", "search_task", "search_person"):
        for statement in protect("tickets", table, None, staff=""):
            op.execute(statement)
