"""Terms that change mid-flight: matching policies, histories, outages, sealed excuses."""

from alembic import op

from shared.kit.schema import protect

revision = "0005"
down_revision = "0004"

_STATEMENTS = (
    "alter table sla.policy add column match jsonb",
    "create index policy_ranked on sla.policy (id) where match ->> 'rank' is not null",
    "alter table sla.contract add column policy_ids uuid[] not null default '{}'",
    """create table sla.contract_version (
        contract_id uuid not null references sla.contract (id),
        version int not null,
        organization_id uuid not null,
        document jsonb not null,
        created_at timestamptz not null,
        created_by uuid not null,
        primary key (contract_id, version))""",
    """insert into sla.contract_version
        select id, version, organization_id, to_jsonb(c) - 'created_at' - 'updated_at',
            updated_at, '00000000-0000-0000-0000-000000000000' from sla.contract c""",
    """alter table sla.clock add column contract_kind text,
        add column channel text not null default '',
        add column outage boolean not null default false""",
    """update sla.clock k set contract_kind = c.kind from sla.contract c
        where c.id = k.contract_id""",
    "create index clock_outage on sla.clock (organization_id, opened_at) where outage",
    "create index clock_policy on sla.clock (policy_id) where open",
    "create index clock_organization on sla.clock (organization_id) where open",
    "alter table sla.clock_event add column part smallint not null default 0",
    "alter table sla.clock_event drop constraint clock_event_pkey",
    "alter table sla.clock_event add primary key (ticket_id, ordinal, part)",
    "alter table sla.breach add column reason bytea",
    "revoke update, delete on sla.breach from sla_system, sla_staff",
)
"""Facts about broken promises are appended: no role of the service can change one (sla.md 5.7)."""


def upgrade() -> None:
    for statement in (*_STATEMENTS, *protect("sla", "contract_version", customer="select")):
        op.execute(statement)
