"""Absences at the door: who may enter whose, who may stand in, how long, and odd rows."""

import importlib
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest
from sqlalchemy.exc import IntegrityError

from services.escalation import usecases
from services.escalation.domain.colleagues import Colleague, Reach, reach
from shared.events.identity import IdentityUserDisabled
from shared.kit.callers import Caller
from shared.kit.problems import Forbidden
from shared.vocabulary import Role
from tests.engines import Database
from tests.services.escalation.test_escalation_consumers import House
from tests.services.escalation.test_escalation_routes import Seat, Stage, house, stage

__all__ = ["house", "stage"]

GHOST = "00000000-0000-4000-8000-00000000dead"


def wish(house: House, who: Any = None, deputy: Any = None, days: float = 1) -> dict[str, Any]:
    ends = house.now + timedelta(days=days)
    body: dict[str, Any] = {"starts_at": house.now.isoformat(), "ends_at": ends.isoformat()}
    named = {"user_id": who, "deputy_id": deputy}
    return body | {name: str(one) for name, one in named.items() if one is not None}


async def far_house(stage: Stage) -> House:
    """Another department with a supervisor and a manager of its own."""
    far = House(stage.context)
    for role in (Role.SUPERVISOR, Role.MANAGER):
        await far.staff(role)
    return far


def leader(stage: Stage, house: House, role: Role = Role.SUPERVISOR) -> Seat:
    return stage.seat(role, departments=[house.department], id=house.people[role])


async def test_nobody_takes_the_tickets_of_another_department(stage: Stage, house: House) -> None:
    far = await far_house(stage)
    near = leader(stage, house)
    victim = far.people[Role.SUPERVISOR]
    stolen = await near.ask("POST", "/v1/absences", wish(house, victim, near.id))
    ghost = await near.ask("POST", "/v1/absences", wish(house, GHOST, near.id))
    assert stolen.status_code == ghost.status_code == 404
    assert stolen.json()["code"] == ghost.json()["code"]
    assert stolen.json()["detail"] == ghost.json()["detail"]
    foreign = await near.ask("POST", "/v1/absences", wish(house, None, victim))
    assert (foreign.status_code, foreign.json()["code"]) == (404, "unknown_colleague")
    made = await leader(stage, far).ask("POST", "/v1/absences", wish(house))
    path = f"/v1/absences/{made.json()['id']}"
    assert (await near.ask("DELETE", path)).status_code == 404
    assert (await near.ask("DELETE", f"/v1/absences/{GHOST}")).status_code == 404
    assert (await leader(stage, far, Role.MANAGER).ask("DELETE", path)).status_code == 204


async def test_the_house_and_unbound_programs_speak_for_everybody(
    stage: Stage, house: House
) -> None:
    absent, deputy = house.people[Role.SUPERVISOR], house.people[Role.MANAGER]
    program = stage.seat(kind="client")
    for seat in (stage.seat(Role.ADMIN), stage.seat(Role.EXECUTIVE), program):
        made = await seat.ask("POST", "/v1/absences", wish(house, absent, deputy))
        assert made.status_code == 201, made.text
        gone = await seat.ask("DELETE", f"/v1/absences/{made.json()['id']}")
        assert gone.status_code == 204
    reader = stage.seat(kind="client", scope="escalations:read")
    refused = await reader.ask("POST", "/v1/absences", wish(house, absent))
    assert refused.status_code == 403
    assert (await program.ask("POST", "/v1/absences", wish(house))).status_code == 404


async def test_bound_programs_and_plain_colleagues_speak_for_nobody_else(
    stage: Stage, house: House
) -> None:
    bound = Caller(
        id=uuid4(),
        kind="client",
        organization_id=house.organization,
        scopes=frozenset({"escalations:read", "escalations:write"}),
    )
    values = {
        "user_id": house.people[Role.SUPERVISOR],
        "deputy_id": None,
        "starts_at": house.now,
        "ends_at": house.now + timedelta(days=1),
    }
    with pytest.raises(Forbidden):
        async with stage.context.tx(bound) as tx:
            await usecases.note_absence(tx, bound, values)
    agent = stage.seat(Role.AGENT, departments=[house.department])
    body = wish(house, house.people[Role.SUPERVISOR])
    assert (await agent.ask("POST", "/v1/absences", body)).status_code == 403


async def test_a_deputy_of_the_company_stands_as_high(stage: Stage, house: House) -> None:
    senior = leader(stage, house, Role.SENIOR_MANAGEMENT)
    executive = house.people[Role.EXECUTIVE]
    low = wish(house, None, house.people[Role.MANAGER])
    assert (await senior.ask("POST", "/v1/absences", low)).status_code == 404
    high = wish(house, None, executive)
    assert (await senior.ask("POST", "/v1/absences", high)).status_code == 201
    down = wish(house, executive, senior.id)
    assert (await senior.ask("POST", "/v1/absences", down)).status_code == 404


async def test_who_left_stands_in_for_nobody(stage: Stage, house: House) -> None:
    supervisor = leader(stage, house)
    gone = house.people[Role.MANAGER]
    fact = IdentityUserDisabled(user_id=gone, valid_from=house.now, at=house.now)
    await house.hear(fact)
    refused = await supervisor.ask("POST", "/v1/absences", wish(house, None, gone))
    assert refused.status_code == 404
    own = await supervisor.ask("POST", "/v1/absences", wish(house, None, supervisor.id))
    assert (own.status_code, own.json()["errors"][0]["code"]) == (422, "own_deputy")


async def test_an_absence_lasts_two_years_at_most(stage: Stage, house: House) -> None:
    supervisor = leader(stage, house)
    long = await supervisor.ask("POST", "/v1/absences", wish(house, days=732))
    assert long.status_code == 422
    (error,) = long.json()["errors"]
    assert (error["pointer"], error["code"]) == ("#/ends_at", "absence_too_long")
    assert (await supervisor.ask("POST", "/v1/absences", wish(house, days=731))).status_code == 201
    for name, never in (
        ("ends_at", "9999-12-31T23:59:59.999999Z"),
        ("starts_at", "0001-01-01T00:00:00Z"),
    ):
        refused = await supervisor.ask("POST", "/v1/absences", {**wish(house), name: never})
        assert refused.status_code == 422, refused.text


async def put_raw(house: House, starts_at: str, ends_at: str) -> UUID:
    async with house.context.tx() as tx:
        made: UUID = await tx.scalar(
            "insert into escalation.absence (id, user_id, starts_at, ends_at, created_by,"
            " created_at) values (gen_random_uuid(), :who, cast(cast(:starts as text) as"
            " timestamptz), cast(cast(:ends as text) as timestamptz), :who, :now) returning id",
            {
                "who": house.people[Role.SUPERVISOR],
                "starts": starts_at,
                "ends": ends_at,
                "now": house.now,
            },
        )
    return made


@pytest.mark.parametrize("span", [("-infinity", "2030-01-01Z"), ("2020-01-01Z", "infinity")])
async def test_the_table_refuses_an_absence_without_end(
    house: House, span: tuple[str, str]
) -> None:
    with pytest.raises(IntegrityError):
        await put_raw(house, *span)


@pytest.mark.parametrize(
    "span", [("2020-01-01Z", "20000-01-01Z"), ("4000-01-01Z BC", "2199-01-01Z")]
)
async def test_an_odd_row_stops_neither_ladders_nor_lists(
    stage: Stage, house: House, span: tuple[str, str]
) -> None:
    odd = await put_raw(house, *span)
    admin = stage.seat(Role.ADMIN)
    assert (await admin.ask("GET", "/v1/absences")).status_code == 200
    assert (await admin.ask("GET", "/v1/oncall")).status_code == 200
    await house.breach(cycle=2)
    raised = (await house.facts("escalation.raised"))[-1]
    assert len(await house.levels()) == 2
    assert raised["user_ids"] == [str(house.people[Role.SUPERVISOR])]
    assert (await admin.ask("DELETE", f"/v1/absences/{odd}")).status_code == 204


async def test_the_migration_brings_back_who_was_away_for_ever(
    house: House, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    module = "services.escalation.migrations.versions.0003_finite_absences"
    migration = importlib.import_module(module)
    monkeypatch.setattr(migration.op, "execute", steps.append)
    migration.upgrade()
    table = "escalation.absence"
    link = await asyncpg.connect(database.superuser_dsn)
    try:
        await link.execute(f"alter table {table} drop constraint absence_finite")
        kept = await put_raw(house, "2020-01-01Z", "2020-01-02Z")
        gone = await put_raw(house, "2020-01-01Z", "infinity")
        for step in steps:
            await link.execute(step)
        rows = await link.fetch(f"select id from {table} where id = any($1)", [kept, gone])
        assert [row["id"] for row in rows] == [kept]
    finally:
        await link.close()
    with pytest.raises(IntegrityError):
        await put_raw(house, "2020-01-01Z", "infinity")


async def test_an_unknown_role_in_a_row_stops_nobody(stage: Stage, house: House) -> None:
    async with house.context.tx() as tx:
        await tx.execute(
            "insert into escalation.position (position, role, user_ids)"
            " values ('odd', 'oracle', '{}') on conflict do nothing"
        )
    assert (await stage.seat(Role.ADMIN).ask("GET", "/v1/oncall")).status_code == 200


NEAR, FAR = uuid4(), uuid4()


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.AGENT, Reach()),
        (Role.AUDITOR, Reach()),
        (Role.SUPERVISOR, Reach(departments=frozenset({NEAR}))),
        (Role.MANAGER, Reach(departments=frozenset({NEAR}))),
        (Role.SENIOR_MANAGEMENT, Reach(everywhere=True)),
        (Role.EXECUTIVE, Reach(everywhere=True)),
        (Role.ADMIN, Reach(everywhere=True)),
    ],
)
def test_how_far_a_role_reaches(role: Role, expected: Reach) -> None:
    assert reach([str(role)], frozenset({NEAR})) == expected


def test_deputies_come_from_a_shared_department() -> None:
    absent = Colleague(uuid4(), frozenset({NEAR}))
    assert Colleague(uuid4(), frozenset({NEAR, FAR})).may_stand_in_for(absent)
    assert not Colleague(uuid4(), frozenset({FAR})).may_stand_in_for(absent)
    assert not Colleague(uuid4(), frozenset({NEAR}), disabled=True).may_stand_in_for(absent)
    assert not absent.may_stand_in_for(absent)


async def told(stage: Stage, absence_id: str) -> list[tuple[str, dict[str, Any]]]:
    async with stage.context.tx() as tx:
        rows = await tx.rows(
            "select route, body from escalation.outbox where subject = :id order by sequence",
            {"id": absence_id},
        )
    return [
        (row["route"].removeprefix("sanad.escalation."), orjson.loads(row["body"])["data"])
        for row in rows
    ]


async def test_others_are_told_who_is_away_and_who_is_back_and_not_why(
    stage: Stage, house: House
) -> None:
    boss = leader(stage, house)
    made = (await boss.ask("POST", "/v1/absences", wish(house))).json()
    assert (await boss.ask("DELETE", f"/v1/absences/{made['id']}")).status_code == 204
    assert (await boss.ask("DELETE", f"/v1/absences/{made['id']}")).status_code == 404
    (first, noted), (second, ended) = await told(stage, made["id"])
    assert (first, second) == ("absence_noted", "absence_ended")
    assert set(noted) == {"absence_id", "user_id", "at", "starts_at", "ends_at"}
    assert noted["user_id"] == ended["user_id"] == str(boss.id)


async def test_absences_from_before_are_told_once_at_the_start(stage: Stage, house: House) -> None:
    ids = {days: str(uuid4()) for days in (-1, 1)}
    for days, absence in ids.items():
        async with stage.context.tx() as tx:
            await tx.execute(
                """insert into escalation.absence
                    (id, user_id, starts_at, ends_at, created_by, created_at, stated)
                values (:id, :user, :start, :end, :user, :start, false)""",
                {
                    "id": absence,
                    "user": house.people[Role.SUPERVISOR],
                    "start": house.now - timedelta(days=2),
                    "end": house.now + timedelta(days=days),
                },
            )
    for _ in range(2):
        await usecases.state_unsaid(stage.context)
    assert [name for name, _ in await told(stage, ids[1])] == ["absence_noted"]
    assert await told(stage, ids[-1]) == []
