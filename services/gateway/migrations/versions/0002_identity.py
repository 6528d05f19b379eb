"""Organizations, people, directory, sessions, clients and signing keys."""

from alembic import op

from shared.kit.schema import protect

revision = "0002"
down_revision = "0001"

TABLES = """
create table identity.organization (
    id uuid primary key,
    name_sealed bytea not null,
    locale text not null,
    timezone text not null,
    version int not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create table identity.organization_domain (
    domain text primary key,
    organization_id uuid not null references identity.organization on delete cascade
);
create index organization_domain_owner on identity.organization_domain (organization_id);
create table identity.department (
    id uuid primary key,
    name_ar text not null,
    name_en text not null,
    mailbox text unique,
    is_default boolean not null default false,
    version int not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create unique index department_default on identity.department (is_default) where is_default;
create table identity.user (
    id uuid primary key,
    organization_id uuid not null references identity.organization,
    email_lookup bytea not null unique,
    email_sealed bytea not null,
    name_sealed bytea not null,
    password_hash text,
    roles text[] not null check (cardinality(roles) > 0),
    locale text not null,
    disabled_at timestamptz,
    tokens_valid_from timestamptz,
    version int not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index user_organization on identity.user (organization_id, id);
create index user_administrators on identity.user (id) where roles @> array['admin'];
create table identity.user_department (
    user_id uuid not null references identity.user on delete cascade,
    department_id uuid not null references identity.department,
    primary key (user_id, department_id)
);
create index user_department_members on identity.user_department (department_id);
create table identity.position (
    scope text not null,
    role text not null,
    department_id uuid references identity.department,
    user_ids uuid[] not null,
    updated_at timestamptz not null,
    primary key (scope, role)
);
create table identity.session (
    id uuid primary key,
    user_id uuid not null references identity.user on delete cascade,
    organization_id uuid not null,
    created_at timestamptz not null,
    ends_at timestamptz not null,
    revoked_at timestamptz
);
create index session_of_user on identity.session (user_id) where revoked_at is null;
create index session_end on identity.session (ends_at);
create table identity.refresh_token (
    hash bytea primary key,
    session_id uuid not null references identity.session on delete cascade,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index refresh_token_session on identity.refresh_token (session_id);
create table identity.api_client (
    id uuid primary key,
    organization_id uuid references identity.organization,
    name text not null,
    secret_hash bytea not null,
    scopes text[] not null,
    created_by uuid not null,
    created_at timestamptz not null,
    revoked_at timestamptz
);
create table identity.signing_key (
    id uuid primary key,
    state text not null check (state in ('next', 'active', 'retired')),
    not_before timestamptz not null,
    retired_at timestamptz,
    private_sealed bytea not null,
    public_jwk text not null
);
create unique index signing_key_active on identity.signing_key (state) where state = 'active';
create table identity.login_throttle (
    key bytea primary key,
    empty_at timestamptz not null
);
create index login_throttle_age on identity.login_throttle (empty_at);
"""

# The customer's seat never reads what proves or ends a login.
USER_COLUMNS = """id, organization_id, email_sealed, name_sealed, roles, locale, disabled_at,
    version, created_at, updated_at"""

WALLS = [
    *protect("identity", "organization", "id", customer="select"),
    *protect("identity", "organization_domain", customer="select"),
    *protect("identity", "user", customer=f"select ({USER_COLUMNS})"),
    # Staff share the reserved organization with strangers, who must not see them.
    """create policy no_staff on identity.user as restrictive for select to identity_customer
        using (roles <@ array['customer', 'customer_admin'])""",
    *protect("identity", "department", None),
    "create policy customer on identity.department for select to identity_customer using (true)",
    "grant select on identity.department to identity_customer",
    *protect("identity", "user_department", None),
    *protect("identity", "position", None),
    *protect("identity", "session", customer=""),
    *protect("identity", "refresh_token", None, staff=""),
    *protect("identity", "api_client", customer=""),
    *protect("identity", "signing_key", None, staff=""),
    *protect("identity", "login_throttle", None, staff=""),
    # An administrator's change of rights counts in the same transaction.
    "grant select, insert, update on identity.token_validity to identity_staff",
]


def upgrade() -> None:
    for statement in [*TABLES.split(";\n"), *WALLS]:
        if statement.strip():
            op.execute(statement)
