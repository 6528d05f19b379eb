"""API clients: programs with granted scopes, a secret shown once, and an end."""

from base64 import b64encode
from typing import Any
from uuid import uuid4

from tests.engines import eventually
from tests.services.gateway.conftest import Door


async def client(door: Door, scopes: list[str], **fields: Any) -> dict[str, Any]:
    body = {"name": "تكامل", "scopes": scopes, **fields}
    made: dict[str, Any] = await door.admin("POST", "/v1/api-clients", body)
    return made


async def log_in(door: Door, made: dict[str, Any], **more: str) -> Any:
    form = {
        "grant_type": "client_credentials",
        "client_id": made["client_id"],
        "client_secret": made["client_secret"],
        **more,
    }
    return await door.http.post("/v1/auth/token", data=form)


async def test_a_client_logs_in_with_what_it_was_granted(door: Door) -> None:
    made = await client(door, ["users:read", "tickets:read"])
    answer = await log_in(door, made)
    assert answer.json()["scope"] == "tickets:read users:read"
    assert "refresh_token" not in answer.json()
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    me = (await door.ask("GET", "/v1/me", **headers)).json()
    assert (me["kind"], me["id"], me["name"]) == ("client", made["client_id"], "تكامل")
    narrow = await log_in(door, made, scope="users:read")
    assert narrow.json()["scope"] == "users:read"
    wide = await log_in(door, made, scope="users:manage")
    assert (wide.status_code, wide.json()["error"]) == (400, "invalid_scope")
    read = await door.admin("GET", f"/v1/api-clients/{made['client_id']}")
    assert "client_secret" not in read


async def test_credentials_may_come_in_the_header(door: Door) -> None:
    made = await client(door, ["tickets:read"])
    pair = f"{made['client_id']}:{made['client_secret']}".encode()
    form = {"grant_type": "client_credentials"}
    for secret, status in ((pair, 200), (pair + b"x", 401), (b"\xff:x", 401)):
        headers = {"Authorization": f"Basic {b64encode(secret).decode()}"}
        answer = await door.http.post("/v1/auth/token", data=form, headers=headers)
        assert answer.status_code == status


async def test_unknown_clients_and_wrong_secrets_are_told_the_same(door: Door) -> None:
    made = await client(door, ["tickets:read"])
    bodies = []
    for wrong in (
        {**made, "client_secret": "sns_wrong"},
        {**made, "client_id": str(uuid4())},
        {**made, "client_id": "nobody"},
    ):
        answer = await log_in(door, wrong)
        assert answer.status_code == 401
        bodies.append({key: text for key, text in answer.json().items() if key != "request_id"})
    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["error"] == "invalid_client"


async def test_a_revoked_client_is_out_within_five_seconds(door: Door) -> None:
    made = await client(door, ["users:read"])
    token = (await log_in(door, made)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/v1/api-clients/{made['client_id']}"
    assert (await door.ask("GET", "/v1/users", **headers)).status_code == 200
    assert (await door.ask("DELETE", path)).status_code == 204
    assert (await log_in(door, made)).status_code == 401

    async def dead() -> bool:
        return (await door.ask("GET", "/v1/users", **headers)).status_code == 401

    await eventually(dead, within=5)
    assert (await door.ask("DELETE", path)).status_code == 204
    assert await door.facts(made["client_id"]) == [(1, "sanad.identity.session_revoked")]
    assert (await door.admin("GET", path))["revoked_at"] is not None


async def test_a_bound_client_sees_its_organization_only(door: Door) -> None:
    ours, theirs = await door.organization(), await door.organization()
    sara = await door.user(["customer"], organization_id=ours["id"])
    await door.user(["customer"], organization_id=theirs["id"])
    made = await client(door, ["users:read"], organization_id=ours["id"])
    token = (await log_in(door, made)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    listed = (await door.ask("GET", "/v1/users", **headers)).json()["items"]
    assert [one["id"] for one in listed] == [sara["id"]]
    assert (await door.ask("GET", "/v1/me", **headers)).json()["organization_id"] == ours["id"]


async def test_a_client_sees_people_only_with_the_scope_for_it(door: Door) -> None:
    ours = await door.organization()
    for fields in ({}, {"organization_id": ours["id"]}):
        made = await client(door, ["tickets:read"], **fields)
        token = (await log_in(door, made)).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        me = (await door.admin("GET", "/v1/me"))["id"]
        for path in ("/v1/users", f"/v1/users/{me}"):
            assert (await door.ask("GET", path, **headers)).status_code == 403
        houses = (await door.ask("GET", "/v1/organizations", **headers)).json()
        assert houses.get("code") == "forbidden" if not fields else len(houses["items"]) == 1


async def test_nobody_grants_more_than_they_hold(door: Door) -> None:
    ours = await door.organization()
    body = {"name": "x", "scopes": ["users:manage"], "organization_id": ours["id"]}
    bound = await door.ask("POST", "/v1/api-clients", body)
    assert (bound.status_code, bound.json()["code"]) == (422, "scopes_refused")
    assert bound.json()["scopes"] == ["users:manage"]
    made = await client(door, ["clients:manage"])
    token = (await log_in(door, made)).json()["access_token"]
    climbing = await door.ask(
        "POST",
        "/v1/api-clients",
        {"name": "x", "scopes": ["users:manage"]},
        Authorization=f"Bearer {token}",
    )
    assert (climbing.status_code, climbing.json()["code"]) == (422, "scopes_refused")
    unknown = await door.ask("POST", "/v1/api-clients", {"name": "x", "scopes": ["sky:fly"]})
    assert unknown.json()["code"] == "scopes_refused"


async def test_services_prove_themselves_for_one_audience(door: Door) -> None:
    secret = door.context.settings.secret("clients/sla")
    good = {"client_id": "sla", "client_secret": secret, "audience": "tickets"}
    answer = await door.ops.post("/internal/token", data=good)
    assert (answer.status_code, answer.json()["expires_in"]) == (200, 600)
    for wrong in (
        {"client_secret": "x"},
        {"client_id": "nobody"},
        {"client_id": "tickets"},
        {"audience": "sanad-api"},
    ):
        refused = await door.ops.post("/internal/token", data={**good, **wrong})
        assert (refused.status_code, refused.json()["code"]) == (401, "invalid_client")
    foreign = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await door.ops.get("/internal/departments", headers=foreign)).status_code == 401
