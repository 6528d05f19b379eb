"""Saved views, and those that come with the house."""

from alembic import op

from shared.kit.schema import protect
from shared.vocabulary import Localized

revision = "0009"
down_revision = "0008"

TABLES = [
    """create table tickets.view (
        id uuid primary key,
        owner_id uuid,
        shared text not null check (shared in ('private', 'department', 'all')),
        department_id uuid,
        name_ar text not null,
        name_en text not null,
        filters jsonb not null,
        sort text not null,
        position integer not null,
        columns text[],
        version bigint not null default 1,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        check ((shared = 'department') = (department_id is not null)),
        check (shared <> 'private' or owner_id is not null))""",
    """create table tickets.view_change (
        id uuid primary key,
        view_id uuid not null,
        at timestamptz not null,
        actor_id uuid not null,
        kind text not null,
        shared text not null,
        department_id uuid)""",
]
INDEXES = [
    "create index view_owner on tickets.view (owner_id, position, id) where owner_id is not null",
    "create index view_department on tickets.view (department_id) where department_id is not null",
    "create index view_for_all on tickets.view (position, id) where shared = 'all'",
    "create index view_change_view on tickets.view_change (view_id, at)",
]
SEEDS = [
    # Name, filters, sort; `{live}` stands for the statuses of what is alive.
    (
        Localized(ar="تذاكري المفتوحة", en="My open tickets"),
        '"assignee_id": "me", "status": {live}',
        "next_due_at",
    ),
    (
        Localized(ar="غير المُسندة في قسمي", en="My department's unassigned"),
        '"department_id": "mine", "unassigned": true, "status": {live}',
        "next_due_at",
    ),
    (Localized(ar="الأقرب موعدًا", en="Due next"), '"status": ["new", "open"]', "next_due_at"),
    (
        Localized(ar="فات موعدها", en="Breached"),
        '"sla_state": "breached", "status": {live}',
        "next_due_at",
    ),
    (
        Localized(ar="بانتظار العميل", en="Waiting for the customer"),
        '"status": ["waiting_customer"]',
        "updated_at",
    ),
    (Localized(ar="كل المفتوحة", en="All open tickets"), '"status": {live}', "-updated_at"),
    (
        Localized(ar="حُلّت حديثًا", en="Recently resolved"),
        '"status": ["resolved"]',
        "-updated_at",
    ),
]
_LIVE = '["new", "open", "waiting_customer", "waiting_third_party"]'


def seed(number: int, name: Localized, filters: str, sort: str) -> str:
    """One view for everybody; its id is the same in every house."""
    view_id = f"00000000-0000-7000-8000-0000000001{number:02d}"
    kept = "{" + filters.replace("{live}", _LIVE) + "}"
    quoted = [text.replace("'", "''") for text in (name["ar"], name["en"], kept, sort)]
    ar, en, told, order = quoted
    # op.execute reads `:word` as a parameter.
    return (
        "insert into tickets.view (id, shared, name_ar, name_en, filters, sort, position)"
        f" values ('{view_id}', 'all', '{ar}', '{en}', '{told}', '{order}', {number * 10})"
    ).replace(":", "\\:")


def upgrade() -> None:
    for statement in (*TABLES, *INDEXES):
        op.execute(statement)
    for number, (name, filters, sort) in enumerate(SEEDS, 1):
        op.execute(seed(number, name, filters, sort))
    for statement in protect("tickets", "view", None):
        op.execute(statement)
    for statement in protect("tickets", "view_change", None, staff="insert"):
        op.execute(statement)
