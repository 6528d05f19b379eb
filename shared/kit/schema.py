"""DDL that every service's schema has: the kit's tables, row-level security, grants."""

SEATS = ("customer", "staff", "system")


def kit_tables(schema: str) -> list[str]:
    """Statements that make outbox, inbox and the rest of the kit's tables in `schema`.

    Outbox and inbox are cut into days by the time inside UUIDv7, so that a day is dropped whole
    (decisions.md 15). `roll_partitions` belongs to the owner and is all that services may call.
    """
    return [
        f"grant usage on schema {schema} to {_roles(schema)}",
        *_facts(schema),
        *_bookkeeping(schema),
        *_partitions(schema),
        *_grants(schema),
    ]


def protect(
    schema: str,
    table: str,
    organization: str | None = "organization_id",
    *,
    customer: str = "select, insert, update",
    staff: str = "select, insert, update, delete",
) -> list[str]:
    """Row-level security, forced, and the grants of one table (decisions.md 13).

    `organization` names the column a customer's rows are found by; with None customers have no
    policy and so see nothing. An empty `customer` or `staff` grants nothing.
    """
    name = f"{schema}.{table}"
    wall = f"{organization} = nullif(current_setting('app.organization', true), '')::uuid"
    statements = [
        f"alter table {name} enable row level security",
        f"alter table {name} force row level security",
        _policy(name, f"{schema}_staff", "true"),
        _policy(name, f"{schema}_system", "true"),
        _policy(name, f"{schema}_owner", "true"),
        f"grant select, insert, update, delete on {name} to {schema}_system",
    ]
    if organization is not None and customer:
        statements.append(_policy(name, f"{schema}_customer", wall))
        statements.append(f"grant {customer} on {name} to {schema}_customer")
    if staff:
        statements.append(f"grant {staff} on {name} to {schema}_staff")
    return statements


def _policy(name: str, role: str, condition: str) -> str:
    seat = role.rpartition("_")[2]
    return (
        f"create policy {seat} on {name} as permissive for all to {role}"
        f" using ({condition}) with check ({condition})"
    )


def _facts(schema: str) -> list[str]:
    return [
        f"""create table {schema}.outbox (
            id uuid primary key,
            route text not null,
            subject text not null,
            sequence bigint not null,
            body text not null,
            published_at timestamptz,
            stream_seq bigint
        ) partition by range (id)""",
        f"create index outbox_waiting on {schema}.outbox (id) where published_at is null",
        f"create index outbox_stream on {schema}.outbox (stream_seq)",
        f"""create table {schema}.inbox (
            event_id uuid not null,
            handler text not null,
            primary key (event_id, handler)
        ) partition by range (event_id)""",
        f"create table {schema}.outbox_rest partition of {schema}.outbox default",
        f"create table {schema}.inbox_rest partition of {schema}.inbox default",
    ]


def _bookkeeping(schema: str) -> list[str]:
    return [
        f"create table {schema}.subject_sequence (subject text primary key, last bigint not null)",
        f"""create table {schema}.checkpoint (
            source text not null, subject text not null, sequence bigint not null,
            primary key (source, subject))""",
        f"""create table {schema}.dead_letter (
            event_id uuid primary key,
            type text not null, source text not null, subject text not null,
            sequence bigint not null, body text not null, handler text not null default '',
            state text not null, attempts int not null default 0, error text not null default '',
            first_failed_at timestamptz not null, next_at timestamptz, parked_at timestamptz)""",
        f"create index dead_letter_subject on {schema}.dead_letter (source, subject, sequence)",
        f"""create table {schema}.relay_state (
            id int primary key default 1 check (id = 1),
            stream_created timestamptz, last_seq bigint not null default 0)""",
        f"""create table {schema}.idempotency_key (
            principal uuid not null, key text not null, organization_id uuid not null,
            fingerprint bytea not null, status smallint, headers text, body bytea,
            created_at timestamptz not null, primary key (principal, key))""",
        f"create index idempotency_key_age on {schema}.idempotency_key (created_at)",
        f"""create table {schema}.data_key (
            organization_id uuid not null, version smallint not null, wrapped bytea not null,
            created_at timestamptz not null default now(),
            primary key (organization_id, version))""",
        f"""create table {schema}.token_validity (
            principal uuid primary key, valid_from timestamptz not null,
            noted_at timestamptz not null default now())""",
    ]


def _partitions(schema: str) -> list[str]:
    return [
        f"""create function {schema}.day_floor(day date) returns uuid language sql immutable
            as $$ select (lpad(to_hex((extract(epoch from day::timestamp) * 1000)::bigint), 12, '0')
                || repeat('0', 20))::uuid $$""",
        f"""create function {schema}.roll_partitions(ahead int, keep_outbox int, keep_inbox int)
            returns void language plpgsql security definer set search_path = {schema}, pg_catalog
            as $body$
            declare
                day date; part record; busy boolean;
                today date := (now() at time zone 'UTC')::date;
            begin
                perform pg_advisory_xact_lock(hashtext('{schema}.roll_partitions'));
                for day in select today + n from generate_series(0, ahead) n loop
                    {_make_day(schema, "outbox")}
                    {_make_day(schema, "inbox")}
                end loop;
                {_drop_days(schema, "outbox", "keep_outbox")}
                {_drop_days(schema, "inbox", "keep_inbox")}
            end $body$""",
        f"revoke all on function {schema}.roll_partitions from public",
        f"grant execute on function {schema}.roll_partitions to {schema}_system",
        f"select {schema}.roll_partitions(3, 7, 8)",
    ]


def _make_day(schema: str, table: str) -> str:
    # Rows that a wrong machine clock put into the default partition must not stop the roll.
    return f"""begin
        execute format('create table if not exists {schema}.%I partition of {schema}.{table}
            for values from (%L) to (%L)', '{table}_' || to_char(day, 'YYYYMMDD'),
            {schema}.day_floor(day), {schema}.day_floor(day + 1));
    exception when check_violation then raise notice 'kept in the default partition';
    end;"""


def _drop_days(schema: str, table: str, keep: str) -> str:
    waiting = "published_at is null" if table == "outbox" else "false"
    return f"""for part in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = '{schema}.{table}'::regclass and c.relname ~ '^{table}_[0-9]{{8}}$'
        and to_date(right(c.relname, 8), 'YYYYMMDD') < today - {keep} loop
        execute format('select exists (select 1 from {schema}.%I where {waiting})', part.relname)
            into busy;
        if not busy then execute format('drop table {schema}.%I', part.relname); end if;
    end loop;"""


def _grants(schema: str) -> list[str]:
    system = f"{schema}_system"
    everybody = f"{schema}_customer, {schema}_staff"
    tables = (
        "outbox, inbox, subject_sequence, checkpoint, dead_letter, relay_state,"
        " data_key, token_validity"
    )
    named = ", ".join(f"{schema}.{one.strip()}" for one in tables.split(","))
    return [
        f"grant select, insert, update, delete on {named} to {system}",
        f"grant insert on {schema}.outbox to {everybody}",
        f"grant select, insert, update on {schema}.subject_sequence to {everybody}",
        *protect(schema, "idempotency_key", staff="select, insert, update"),
    ]


def _roles(schema: str) -> str:
    return ", ".join(f"{schema}_{seat}" for seat in SEATS)
