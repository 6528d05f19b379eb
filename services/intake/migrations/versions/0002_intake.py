"""Mails with their sealed bytes and content, mailboxes, and what is known of tickets' threads."""

from alembic import op

from shared.kit.schema import protect

revision = "0002"
down_revision = "0001"

TABLES = """
create table intake.inbound_mail (
    id uuid primary key,
    channel text not null,
    state text not null,
    version int not null default 1,
    received_at timestamptz not null,
    sha256 bytea not null,
    size int not null,
    source_key text unique,
    envelope bytea not null,
    raw bytea not null,
    summary bytea,
    attempts int not null default 0,
    next_at timestamptz not null,
    digest_tag bytea,
    message_tag bytea,
    sender_tag bytea,
    mail_class text,
    sender_auth text,
    match text,
    decision text,
    reasons text[] not null default '{}',
    flags text[] not null default '{}',
    degraded boolean not null default false,
    released boolean not null default false,
    joins boolean not null default false,
    department_id uuid,
    organization_id uuid,
    requester_id uuid,
    ticket_id uuid,
    duplicate_of uuid,
    routed_at timestamptz
);
alter table intake.inbound_mail alter column raw set storage external;
create index inbound_mail_undecided on intake.inbound_mail (next_at)
    where state in ('accepted', 'parsed');
create index inbound_mail_unfinished on intake.inbound_mail (received_at)
    where state in ('accepted', 'parsed', 'routed');
create index inbound_mail_state on intake.inbound_mail (state, id);
create index inbound_mail_message on intake.inbound_mail (message_tag);
create table intake.mail_digest (
    tag bytea primary key,
    mail_id uuid not null references intake.inbound_mail on delete cascade
);
create table intake.mail_parsed (
    mail_id uuid primary key references intake.inbound_mail on delete cascade,
    content bytea not null
);
alter table intake.mail_parsed alter column content set storage external;
create table intake.mail_attachment (
    id uuid primary key,
    mail_id uuid not null references intake.inbound_mail on delete cascade,
    position int not null,
    media_type text not null,
    size int not null,
    sha256 bytea not null,
    about bytea not null,
    content bytea not null,
    unique (mail_id, position)
);
alter table intake.mail_attachment alter column content set storage external;
create table intake.mailbox (
    department_id uuid primary key,
    address text unique,
    is_default boolean not null default false
);
create table intake.thread_ticket (
    ticket_id uuid primary key,
    number bigint unique,
    organization_id uuid not null,
    requester_id uuid,
    status text not null,
    reopen_until timestamptz,
    merged_into uuid
);
create table intake.thread_person (
    ticket_id uuid not null,
    person_tag bytea not null,
    primary key (ticket_id, person_tag)
);
"""
STAFF_ONLY = ("inbound_mail", "mail_digest", "mail_parsed", "mail_attachment", "mailbox")
THREADS = ("thread_ticket", "thread_person")


def upgrade() -> None:
    for statement in TABLES.strip().removesuffix(";").split(";\n"):
        op.execute(statement)
    for table in (*STAFF_ONLY, *THREADS):
        for statement in protect("intake", table, None):
            op.execute(statement)
