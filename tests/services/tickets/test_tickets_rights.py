"""Who sees which ticket: the rule, its SQL, and the wall inside the database."""

from itertools import product
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.tickets.domain.rights import Ownership, Reach, Viewer, sees
from services.tickets.store.visibility import visible
from shared.vocabulary import DEFAULT_DEPARTMENT
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person

OTHER_DEPARTMENT = uuid4()
READS = ("", "/messages", "/timeline", "/feedback")
WRITES = {
    "messages": {"body": "x"},
    "assign": {"assignee_id": None},
    "take": {},
    "wait": {"for": "third_party", "reason": "x"},
    "resolve": {},
    "reopen": {},
    "close": {},
    "escalate": {"reason": "x"},
    "merge": {"into": str(uuid4())},
    "link": {"ticket_id": str(uuid4()), "kind": "related"},
    "feedback": {"score": 3},
    "participants": {"email": "x@client.example"},
}


@pytest.fixture(scope="module")
async def cast(desk: Desk) -> dict[str, Person]:
    desk.neighbours.departments[str(OTHER_DEPARTMENT)] = {"name": {"ar": "أخرى", "en": "Other"}}
    return {
        "owner": desk.customer(),
        "colleague": desk.customer(),
        "organization_admin": desk.customer(role="customer_admin"),
        "partner": desk.customer(kind="client"),
        "stranger": desk.customer(organization=uuid4()),
        "strange_admin": desk.customer(role="customer_admin", organization=uuid4()),
        "strange_partner": desk.customer(kind="client", organization=uuid4()),
        "agent": desk.agent(),
        "manager": Person("manager", departments=(DEFAULT_DEPARTMENT,)),
        "agent_elsewhere": Person("agent", departments=(OTHER_DEPARTMENT,)),
        "supervisor_nowhere": Person("supervisor"),
        "senior": Person("senior_management"),
        "executive": Person("executive"),
        "admin": Person("admin"),
        "auditor": Person("auditor"),
    }


SEES = {
    *("owner", "organization_admin", "partner", "agent", "manager"),
    *("senior", "executive", "admin", "auditor"),
}
ALL = (
    *("owner", "colleague", "organization_admin", "partner", "stranger", "strange_admin"),
    *("strange_partner", "agent", "manager", "agent_elsewhere", "supervisor_nowhere"),
    *("senior", "executive", "admin", "auditor"),
)


@pytest.fixture(scope="module")
async def ticket(desk: Desk, cast: dict[str, Person]) -> dict[str, Any]:
    return await desk.open(cast["owner"])


@pytest.mark.parametrize("name", ALL)
async def test_each_read_answers_200_or_404_and_nothing_between(
    desk: Desk, cast: dict[str, Person], ticket: dict[str, Any], name: str
) -> None:
    expected = 200 if name in SEES else 404
    person = cast[name]
    for path in READS:
        answer = await desk.http.get(f"/v1/tickets/{ticket['id']}{path}", headers=person.headers())
        assert answer.status_code == expected, path
    by_number = f"/v1/tickets/by-number/{ticket['number']}"
    answer = await desk.http.get(by_number, headers=person.headers())
    assert answer.status_code == expected
    listed = await desk.http.get("/v1/tickets?limit=200", headers=person.headers())
    ids = {one["id"] for one in listed.json()["items"]}
    assert (ticket["id"] in ids) is (name in SEES)


@pytest.mark.parametrize("name", sorted(set(ALL) - SEES))
async def test_no_write_reaches_a_ticket_out_of_sight(
    desk: Desk, cast: dict[str, Person], ticket: dict[str, Any], name: str
) -> None:
    person = cast[name]
    missing = str(uuid4())
    for verb, body in WRITES.items():
        real = await desk.do(person, ticket["id"], verb, body)
        made_up = await desk.do(person, missing, verb, body)
        assert real.status_code in {403, 404}, verb
        assert real.status_code == made_up.status_code, verb
        hidden = {"instance", "request_id"}
        assert {k: v for k, v in real.json().items() if k not in hidden} == {
            k: v for k, v in made_up.json().items() if k not in hidden
        }
    assert (await desk.read(cast["admin"], ticket["id"]))["version"] == 1


async def test_an_assignee_sees_a_ticket_of_another_department(
    desk: Desk, cast: dict[str, Person]
) -> None:
    made = await desk.open(cast["owner"])
    await desk.look(
        "update tickets.ticket set assignee_id = $2 where id = $1",
        made["id"],
        cast["agent_elsewhere"].id,
    )
    await desk.read(cast["agent_elsewhere"], made["id"])


async def test_a_participant_sees_the_ticket(desk: Desk, cast: dict[str, Person]) -> None:
    made = await desk.open(cast["owner"])
    await desk.look(
        "insert into tickets.participant values ($1, $2, $3, now())",
        made["id"],
        cast["colleague"].id,
        desk.organization,
    )
    await desk.read(cast["colleague"], made["id"])


async def test_read_only_fields_cannot_be_written(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    for field in ("status", "number", "organization_id", "version", "sla", "reopen_until", "id"):
        answer = await desk.http.patch(
            f"/v1/tickets/{made['id']}", json={field: made[field]}, headers=customer.headers()
        )
        assert answer.status_code == 422, field


async def test_the_filter_in_sql_says_what_the_rule_says(desk: Desk) -> None:
    me, they, home, away, here, there = (uuid4() for _ in range(6))
    watches = ((), (here,), (there,), (there, here))
    kinds = product(
        *((home, away), (me, they), (here, there), (me, None), (True, False), watches),
        (True, False),
    )
    owned: dict[UUID, Ownership] = {}
    for number, kind in enumerate(kinds):
        organization, requester, department, assignee, joins, watch, unconfirmed = kind
        ticket_id = uuid4()
        people = frozenset({me} if joins else ())
        owned[ticket_id] = Ownership(
            organization, requester, department, assignee, people, frozenset(watch), unconfirmed
        )
        await desk.look(
            "insert into tickets.ticket (id, number, organization_id, requester_id, department_id,"
            " assignee_id, status, priority, channel, locale, subject, created_at, updated_at,"
            " version, watching_department_ids, unconfirmed) values ($1, $2, $3, $4, $5, $6, 'new',"
            " 'P3', 'api', 'en', '', now(), now(), 1, $7, $8)",
            ticket_id,
            10**9 + number,
            organization,
            requester,
            department,
            assignee,
            list(watch),
            unconfirmed,
        )
        if joins:
            await desk.look(
                "insert into tickets.participant values ($1, $2, $3, now())",
                ticket_id,
                me,
                organization,
            )
    for reach in Reach:
        viewer = Viewer(
            me, reach, staff=False, organization_id=home, department_ids=frozenset({here})
        )
        condition, params = visible(viewer)
        async with desk.context.tx() as tx:
            rows = await tx.rows(
                f"select t.id from tickets.ticket t where t.number >= 1000000000 and {condition}",
                params,
            )
        expected = {one for one, ticket in owned.items() if sees(viewer, ticket)}
        assert {UUID(str(row["id"])) for row in rows} == expected, reach


async def as_customer(desk: Desk, organization: UUID | None) -> asyncpg.Connection:
    """The customer's database role, without any filter of ours."""
    dsn = desk.context.settings.dsn("tickets", "customer")
    connection = await asyncpg.connect(dsn.replace("+asyncpg", ""))
    if organization is not None:
        await connection.execute(f"set app.organization = '{organization}'")
    return connection


async def test_the_database_alone_hides_other_organizations_and_notes(desk: Desk) -> None:
    customer = desk.customer()
    made = await desk.open(customer)
    await desk.open(desk.customer(organization=uuid4()))
    await desk.do(desk.agent(), made["id"], "messages", {"body": "note", "public": False})
    connection = await as_customer(desk, customer.organization)
    try:
        rows = await connection.fetch("select distinct organization_id from tickets.ticket")
        assert [row[0] for row in rows] == [customer.organization]
        notes = "select count(*) from tickets.message where not public"
        assert await connection.fetchval(notes) == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("select * from tickets.person")
    finally:
        await connection.close()


async def test_without_an_organization_the_database_shows_nothing(desk: Desk) -> None:
    await desk.open()
    connection = await as_customer(desk, None)
    try:
        assert await connection.fetchval("select count(*) from tickets.ticket") == 0
    finally:
        await connection.close()


async def test_every_table_with_rows_of_customers_has_forced_walls(desk: Desk) -> None:
    rows = await desk.look(
        """select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'
        where n.nspname = 'tickets' and c.relkind = 'r' and c.relname <> 'data_key'
            and not (c.relrowsecurity and c.relforcerowsecurity)"""
    )
    assert rows == []
