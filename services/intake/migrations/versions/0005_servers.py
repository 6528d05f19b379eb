"""Mailboxes that administrators set up, the cursor of each, and when mail became ours."""

from alembic import op

from shared.kit.schema import protect

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    """create table intake.server_mailbox (
        id uuid primary key,
        version int not null default 1,
        address text not null,
        department_id uuid not null,
        kind text not null,
        enabled boolean not null,
        server jsonb,
        secrets bytea,
        since timestamptz not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        uid_validity bigint,
        last_uid bigint not null default 0,
        rescan_to bigint not null default 0,
        stuck_uid bigint,
        stuck_times int not null default 0,
        holder uuid,
        held_until timestamptz,
        polled_at timestamptz,
        failures int not null default 0,
        failing_since timestamptz,
        failure jsonb,
        access_until timestamptz,
        consent_until timestamptz,
        refresh_failed text,
        unique (address, kind)
    )""",
    """create unique index server_mailbox_account on intake.server_mailbox
        (lower(server ->> 'host'), (server ->> 'port'), (server ->> 'username'),
            (server ->> 'folder')) where kind = 'imap'""",
    # One constant for all old rows: they are not rewritten, and their wait is long over.
    "alter table intake.inbound_mail add column accepted_at timestamptz not null default now()",
    "alter table intake.inbound_mail alter column accepted_at drop default",
    "alter table intake.inbound_mail add column mailbox_id uuid",
    "drop index intake.inbound_mail_unfinished",
    """create index inbound_mail_unfinished on intake.inbound_mail (accepted_at)
        where state in ('accepted', 'parsed', 'routed')""",
    """create index inbound_mail_fetched on intake.inbound_mail (mailbox_id, sha256)
        where mailbox_id is not null""",
    """create index inbound_mail_unfetchable on intake.inbound_mail (mailbox_id, next_at)
        where state = 'unfetchable'""",
)


def upgrade() -> None:
    for statement in (*STATEMENTS, *protect("intake", "server_mailbox", None)):
        op.execute(statement)
