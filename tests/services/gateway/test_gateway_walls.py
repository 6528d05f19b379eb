"""The second wall: the database itself shows a customer nothing that is foreign."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import ProgrammingError

from shared.kit.callers import Caller
from shared.kit.jwt import generate_pem, sign, signing_key
from tests.services.gateway.conftest import Door

SECRET_TABLES = ("session", "refresh_token", "api_client", "signing_key", "login_throttle")
HIDDEN_TABLES = ("user_department", "position")


def customer(organization_id: str, roles: set[str]) -> Caller:
    return Caller(
        id=UUID(int=5),
        kind="user",
        organization_id=UUID(organization_id),
        roles=frozenset(roles),
    )


async def test_rows_of_others_are_absent_without_any_filter_of_ours(door: Door) -> None:
    ours, theirs = await door.organization(), await door.organization()
    sara = await door.user(["customer"], organization_id=ours["id"])
    await door.user(["customer"], organization_id=theirs["id"])
    async with door.context.tx(customer(ours["id"], {"customer_admin"})) as tx:
        people = {str(row["id"]) for row in await tx.rows("select id from identity.user")}
        houses = {str(row["id"]) for row in await tx.rows("select id from identity.organization")}
        domains = {
            row["domain"]
            for row in await tx.rows("select domain from identity.organization_domain")
        }
    assert people == {sara["id"]}
    assert houses == {ours["id"]}
    assert domains == set(ours["domains"])


async def test_a_stranger_does_not_see_the_staff_of_the_reserved_organization(door: Door) -> None:
    me = await door.admin("GET", "/v1/me")
    reserved = customer(me["organization_id"], {"customer"})
    async with door.context.tx(reserved) as tx:
        rows = await tx.rows("select roles from identity.user")
    assert all(set(row["roles"]) <= {"customer", "customer_admin"} for row in rows)


@pytest.mark.parametrize("table", [*SECRET_TABLES, *HIDDEN_TABLES])
async def test_what_proves_a_login_is_out_of_a_customers_reach(door: Door, table: str) -> None:
    ours = await door.organization()
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with door.context.tx(customer(ours["id"], {"customer"})) as tx:
            await tx.rows(f"select * from identity.{table}")


@pytest.mark.parametrize("column", ["password_hash", "email_lookup", "tokens_valid_from"])
async def test_a_customer_cannot_read_secret_columns_even_of_their_own(
    door: Door, column: str
) -> None:
    ours = await door.organization()
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with door.context.tx(customer(ours["id"], {"customer"})) as tx:
            await tx.rows(f"select {column} from identity.user")


async def test_every_table_of_ours_has_its_wall_up_and_forced(door: Door) -> None:
    ours = (*SECRET_TABLES, *HIDDEN_TABLES, "user", "organization", "organization_domain")
    async with door.context.tx() as tx:
        rows = await tx.rows(
            """select relname, relrowsecurity and relforcerowsecurity as forced from pg_class
                where relnamespace = 'identity'::regnamespace and relname = any(:names)""",
            {"names": list(ours)},
        )
    assert {row["relname"]: row["forced"] for row in rows} == dict.fromkeys(ours, True)


def claims(now: int, **more: Any) -> dict[str, Any]:
    return {
        "sub": str(UUID(int=9)),
        "kind": "user",
        "org": str(UUID(int=1)),
        "roles": ["admin"],
        "scope": "users:manage users:read",
        "aud": "sanad-api",
        "jti": "x",
        "iat": now,
        "exp": now + 600,
        **more,
    }


async def test_foreign_expired_and_altered_tokens_are_refused(door: Door) -> None:
    now = int(door.context.clock.now().timestamp())
    (entry,) = (await door.http.get("/.well-known/jwks.json")).json()["keys"]
    foreign = signing_key(entry["kid"], generate_pem())
    good = door.admin_headers["Authorization"].removeprefix("Bearer ")
    head, body, _ = good.split(".")
    service = (await door.service_headers())["Authorization"].removeprefix("Bearer ")
    refused = [
        sign(foreign, claims(now)),
        sign(signing_key("unknown", generate_pem()), claims(now)),
        f"{head}.{body}.",
        f"{head}.{body}",
        good[:-4] + "AAAA",
        service,
        "",
        "x" * 5000,
    ]
    for token in refused:
        answer = await door.ask("GET", "/v1/users", Authorization=f"Bearer {token}")
        assert answer.status_code == 401, token[:40]
        assert answer.json()["code"] == "unauthorized"
        assert "bearer" in answer.headers["www-authenticate"].lower()


async def test_a_persons_token_opens_no_door_between_services(door: Door) -> None:
    for path in ("/internal/departments", "/internal/positions"):
        assert (await door.ops.get(path, headers=door.admin_headers)).status_code == 401
        assert (await door.ops.get(path)).status_code == 401
        assert (await door.http.get(path, headers=door.admin_headers)).status_code == 404
