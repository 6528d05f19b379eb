"""Custom fields with the rows that filters read, and tags with their counts."""

from alembic import op
from sqlalchemy import text

from services.tickets.domain.tags import key_of
from shared.kit.schema import protect

revision = "0015"
down_revision = "0014"

TABLES = [
    """create table tickets.custom_field (
        id uuid primary key,
        key text not null unique,
        label jsonb not null,
        help jsonb,
        type text not null,
        options jsonb not null default '[]',
        department_id uuid,
        required text[] not null default '{}',
        customers text not null check (customers in ('hidden', 'read', 'write')),
        minimum jsonb,
        maximum jsonb,
        max_length integer,
        position integer not null default 0,
        active boolean not null default true,
        filterable boolean not null default false,
        used boolean not null default false,
        filling text check (filling in ('building', 'dropping')),
        filled_to uuid,
        fill_at timestamptz,
        version bigint not null,
        created_at timestamptz not null,
        updated_at timestamptz not null)""",
    # A ticket's rows are written before the ticket itself, which is one statement by itself.
    """create table tickets.custom_value (
        ticket_id uuid not null references tickets.ticket (id) deferrable initially deferred,
        field_id uuid not null references tickets.custom_field (id),
        word text not null default '',
        organization_id uuid not null,
        number numeric,
        day date,
        token bytea,
        primary key (field_id, ticket_id, word))""",
    """create table tickets.tag (
        key text primary key,
        name text not null,
        merged_into text references tickets.tag (key),
        created_at timestamptz not null)""",
    """create table tickets.tag_job (
        id uuid primary key,
        from_tag text not null,
        to_tag text not null,
        actor_id uuid,
        changed integer not null default 0,
        look_at timestamptz not null,
        created_at timestamptz not null,
        finished_at timestamptz)""",
    """create table tickets.tag_count (
        tag text not null,
        department_id uuid not null,
        organization_id uuid not null,
        n bigint not null,
        primary key (tag, department_id, organization_id))""",
    """create table tickets.tag_change (
        id bigint generated always as identity primary key,
        tag text not null,
        department_id uuid not null,
        organization_id uuid not null,
        n bigint not null)""",
    "alter table tickets.timeline add column detail bytea",
]
INDEXES = [
    "create index custom_field_order on tickets.custom_field (position, id)",
    """create index custom_value_word on tickets.custom_value (field_id, word, ticket_id)
        where word <> ''""",
    """create index custom_value_number on tickets.custom_value (field_id, number, ticket_id)
        where number is not null""",
    """create index custom_value_day on tickets.custom_value (field_id, day, ticket_id)
        where day is not null""",
    """create index custom_value_token on tickets.custom_value (field_id, token, ticket_id)
        where token is not null""",
    # How common each word of each field is decides which way a list is walked.
    """create statistics tickets.custom_value_words (mcv, ndistinct) on field_id, word
        from tickets.custom_value""",
    "create index ticket_custom on tickets.ticket (id) where custom is not null",
    "create index tag_name on tickets.tag (name)",
    "create index tag_prefix on tickets.tag (key text_pattern_ops)",
    "create index tag_job_open on tickets.tag_job (look_at) where finished_at is null",
    "create index tag_change_tag on tickets.tag_change (tag)",
    "create index tag_count_organization on tickets.tag_count (organization_id, tag)",
]

USING = """create function tickets.use_field(field uuid) returns void language sql
    security definer set search_path = tickets, pg_catalog as $body$
        update tickets.custom_field set used = true where id = field and not used $body$"""
COUNTING = """create function tickets.count_tags() returns trigger language plpgsql
    security definer set search_path = tickets, pg_catalog as $body$
    begin
        if tg_op = 'UPDATE' then
            if old.tags = new.tags and old.department_id = new.department_id
                and old.organization_id = new.organization_id then
                return null;
            end if;
            insert into tickets.tag_change (tag, department_id, organization_id, n)
                select tag, old.department_id, old.organization_id, -1
                from (select distinct unnest(old.tags) as tag) gone;
        end if;
        insert into tickets.tag_change (tag, department_id, organization_id, n)
            select tag, new.department_id, new.organization_id, 1
            from (select distinct unnest(new.tags) as tag) come;
        return null;
    end $body$"""
TRIGGERS = [
    USING,
    "revoke all on function tickets.use_field from public",
    """grant execute on function tickets.use_field
        to tickets_customer, tickets_staff, tickets_system""",
    COUNTING,
    "revoke all on function tickets.count_tags from public",
    """grant execute on function tickets.count_tags
        to tickets_customer, tickets_staff, tickets_system""",
    """create trigger count_tags_opened after insert on tickets.ticket for each row
        when (new.tags <> '{}') execute function tickets.count_tags()""",
    """create trigger count_tags_changed after update of tags, department_id, organization_id
        on tickets.ticket for each row
        when (new.tags <> '{}' or old.tags <> '{}') execute function tickets.count_tags()""",
]
COUNTED = """insert into tickets.tag_count (tag, department_id, organization_id, n)
    select tag, department_id, organization_id, count(*)
    from tickets.ticket t, lateral (select distinct unnest(t.tags) as tag) named
    where t.tags <> '{}' group by 1, 2, 3"""


def upgrade() -> None:
    for statement in (*TABLES, *INDEXES):
        op.execute(statement)
    for statement in protect("tickets", "custom_value", customer="select, insert, update, delete"):
        op.execute(statement)
    for table in ("tag_count", "tag_change"):
        for statement in protect("tickets", table, customer="select"):
            op.execute(statement)
    for table in ("custom_field", "tag", "tag_job"):
        for statement in protect("tickets", table, None):
            op.execute(statement)
    op.execute(COUNTED)
    _name_tags()
    for statement in TRIGGERS:
        op.execute(statement)


def _name_tags() -> None:
    """The commonest writing becomes a tag's name; tickets with another one are a job's."""
    connection = op.get_bind()
    found = connection.execute(
        text("select tag, sum(n) as n from tickets.tag_count group by 1 order by 2 desc, 1")
    )
    names = {"unverified": "unverified"}
    others = []
    for tag in (row.tag for row in found):
        key = key_of(tag) or tag
        if names.setdefault(key, tag) != tag:
            others.append({"from": tag, "to": names[key]})
    known = [{"key": key, "name": name} for key, name in names.items()]
    connection.execute(
        text("insert into tickets.tag (key, name, created_at) values (:key, :name, now())"), known
    )
    if others:
        connection.execute(
            text(
                "insert into tickets.tag_job (id, from_tag, to_tag, look_at, created_at)"
                " values (uuidv7(), :from, :to, now(), now())"
            ),
            others,
        )
