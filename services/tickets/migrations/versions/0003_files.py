"""Files under keys of their own, scanned and previewed; uploads that keep their parts in a row."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = [
    # Uploads on their way are announced anew; files of messages keep their contents: where the
    # key would lie, the digest under which the content was stored says where it is.
    "delete from tickets.upload",
    "drop index tickets.attachment_content, tickets.upload_content",
    """alter table tickets.attachment
        add column file_id uuid,
        add column about bytea,
        add column cautions text[] not null default '{}',
        add column scanned_at timestamptz,
        add column scan_at timestamptz,
        add column scan_attempts integer not null default 0,
        add column preview text not null default 'none'
            check (preview in ('none', 'wanted', 'ready', 'refused')),
        add column preview_id uuid,
        add column preview_key bytea,
        add column preview_size integer,
        add column preview_at timestamptz""",
    "alter table tickets.attachment rename column digest to file_key",
    "update tickets.attachment set file_id = id, scan_at = created_at",
    "alter table tickets.attachment alter column file_id set not null",
    "create unique index attachment_file on tickets.attachment (file_id)",
    """create index attachment_preview on tickets.attachment (preview_id)
        where preview_id is not null""",
    "create index attachment_scan on tickets.attachment (scan_at) where state = 'pending'",
    """create index attachment_wanted on tickets.attachment (preview_at)
        where preview = 'wanted' and state = 'clean'""",
    """alter table tickets.upload
        drop column digest,
        add column declared text not null default '',
        add column received bigint not null default 0,
        add column parts uuid[] not null default '{}',
        add column partial boolean not null default false,
        add column touched_at timestamptz not null default now(),
        add column file_id uuid,
        add column file_key bytea,
        add column about bytea,
        add column cautions text[] not null default '{}'""",
    "create unique index upload_file on tickets.upload (file_id)",
    "create index upload_idle on tickets.upload (touched_at)",
    "create index upload_parts on tickets.upload using gin (parts)",
    "create index upload_owner on tickets.upload (owner_id)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
