"""Assignment over HTTP and by the worker's own pass: rules, turns, absences, taking."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.tickets.usecases.allotting import allot, in_force
from shared.events.escalation import EscalationAbsenceEnded, EscalationAbsenceNoted
from shared.events.identity import IdentityDepartmentCreated, IdentityUserCreated
from shared.vocabulary import RESERVED_ORGANIZATION, Locale, Localized, Role
from tests.contexts import Travel
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person

ROUND_ROBIN = {"mode": "round_robin", "default_capacity": 10}


class Office:
    """A department of its own with agents that identity has told about."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.id = uuid4()
        self.manager = Person("manager", departments=(self.id,))
        self.agents: list[Person] = []

    async def found(self, agents: int, **rule: Any) -> "Office":
        now = self.desk.context.clock.now()
        names = Localized(ar="قسم", en="Department")
        await self.desk.deliver(
            IdentityDepartmentCreated(department_id=self.id, name=names, at=now), source="gateway"
        )
        for _ in range(agents):
            await self.join()
        if rule:
            await self.rule(**rule)
        return self

    async def join(
        self, locale: Locale = Locale.AR, departments: tuple[UUID, ...] = (), **more: Any
    ) -> Person:
        person = Person("agent", departments=departments or (self.id,))
        fact = IdentityUserCreated(
            user_id=person.id,
            organization_id=RESERVED_ORGANIZATION,
            roles=(Role.AGENT,),
            department_ids=person.departments,
            locale=locale,
            at=self.desk.context.clock.now(),
            **more,
        )
        await self.desk.deliver(fact, source="gateway")
        self.agents = sorted([*self.agents, person], key=lambda one: one.id)
        return person

    async def ask(
        self, method: str, path: str, person: Person | None = None, body: Any = None, **more: str
    ) -> httpx.Response:
        headers = (person or self.manager).headers(**more)
        return await self.desk.http.request(method, f"/v1{path}", json=body, headers=headers)

    async def rule(self, **rule: Any) -> dict[str, Any]:
        path = f"/assignment/departments/{self.id}"
        answer = await self.ask("PUT", path, body={**ROUND_ROBIN, **rule})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def sets(self, person: Person, by: Person | None = None, **values: Any) -> httpx.Response:
        return await self.ask("PUT", f"/assignment/people/{person.id}", by, values)

    async def open(self, **more: Any) -> dict[str, Any]:
        return await self.desk.open(department_id=str(self.id), **more)

    async def holder(self, ticket: dict[str, Any]) -> UUID | None:
        rows = await self.desk.look(
            "select assignee_id from tickets.ticket where id = $1", ticket["id"]
        )
        found: UUID | None = rows[0]["assignee_id"]
        return found

    async def give_out(self) -> None:
        while (await allot(self.desk.context, [self.id])).more:
            pass

    async def away(self, person: Person, start: timedelta, end: timedelta) -> UUID:
        now, absence = self.desk.context.clock.now(), uuid4()
        fact = EscalationAbsenceNoted(
            absence_id=absence,
            user_id=person.id,
            at=now,
            starts_at=now + start,
            ends_at=now + end,
        )
        await self.desk.deliver(fact, source="escalation")
        return absence


HOUR = timedelta(hours=1)


async def test_tickets_go_in_turn_and_say_why(desk: Desk) -> None:
    office = await Office(desk).found(3, mode="round_robin")
    assert office.id in await in_force(desk.context)
    made = [await office.open() for _ in range(6)]
    await office.give_out()
    holders = [await office.holder(one) for one in made]
    assert holders == [one.id for one in office.agents] * 2
    assert await desk.names(made[0]["id"]) == ["ticket.opened", "ticket.assigned"]
    fact = (await desk.facts(made[0]["id"]))[1]["body"]
    assert '"rule":"round_robin"' in fact.replace(" ", "")
    assert '"actor_id":null' in fact.replace(" ", "")
    read = await desk.read(office.agents[0], made[0]["id"])
    assert (read["status"], read["version"]) == ("new", 2)
    told = {}
    for language in ("ar", "en"):
        story = await office.ask(
            "GET", f"/tickets/{made[0]['id']}/timeline", Accept_Language=language
        )
        told[language] = [one["text"] for one in story.json()["items"]][-1]
    assert told == {
        "ar": "أُسندت التذكرة بالتناوب إلى من حان دوره",
        "en": "The ticket was assigned by round robin",
    }
    await office.give_out()
    assert await desk.names(made[0]["id"]) == ["ticket.opened", "ticket.assigned"]


async def test_a_manual_department_keeps_its_queue(desk: Desk) -> None:
    office = await Office(desk).found(1, mode="manual")
    made = await office.open()
    await office.give_out()
    assert await office.holder(made) is None
    told = (await office.ask("GET", f"/assignment/departments/{office.id}")).json()
    assert told["unassigned"] == {"count": 1, "more": False, "reason": "manual"}
    await office.rule()
    await office.give_out()
    assert await office.holder(made) == office.agents[0].id


async def test_a_queue_says_when_only_speakers_of_its_language_have_no_room(desk: Desk) -> None:
    office = await Office(desk).found(1, default_capacity=1, language="require")
    english = await office.join(Locale.EN)

    async def reason_of(locale: str, tickets: int) -> str:
        for _ in range(tickets):
            made = await office.open()
            await desk.look(
                "update tickets.ticket set locale = $2 where id = $1", made["id"], locale
            )
        await office.give_out()
        told = await office.ask("GET", f"/assignment/departments/{office.id}")
        reason: str = told.json()["unassigned"]["reason"]
        return reason

    assert await reason_of("ar", 2) == "speakers_full"
    await office.sets(english, paused=True)
    assert await reason_of("ar", 0) == "all_full"
    await office.rule(default_capacity=2, language="require")
    assert await reason_of("en", 1) == "no_language", "of those that wait, not of any language"


async def test_a_full_house_waits_for_room_and_the_soonest_due_goes_first(desk: Desk) -> None:
    office = await Office(desk).found(1, default_capacity=1)
    first, later, sooner = [await office.open() for _ in range(3)]
    now = desk.context.clock.now()
    for one, due in ((first, now), (later, now + 2 * HOUR), (sooner, now + HOUR)):
        await desk.look("update tickets.ticket set next_due_at = $2 where id = $1", one["id"], due)
    await office.give_out()
    agent = office.agents[0]
    assert [await office.holder(one) for one in (first, sooner, later)] == [agent.id, None, None]
    told = (await office.ask("GET", f"/assignment/departments/{office.id}")).json()
    assert told["unassigned"] == {"count": 2, "more": False, "reason": "all_full"}
    assert told["agents"] == [
        {
            "person_id": str(agent.id),
            "capacity": 1,
            "open": 1,
            "languages": ["ar"],
            "paused": False,
            "absent": False,
            "free": False,
        }
    ]
    assert (await desk.do(agent, first["id"], "resolve", {})).status_code == 200
    await office.give_out()
    assert [await office.holder(one) for one in (sooner, later)] == [agent.id, None]


async def test_a_pause_and_an_absence_by_the_clock_are_honoured(desk: Desk, travel: Travel) -> None:
    office = await Office(desk).found(2, mode="round_robin")
    one, other = office.agents
    assert (await office.sets(one, by=one, paused=True)).status_code == 200
    made = [await office.open() for _ in range(2)]
    await office.give_out()
    assert [await office.holder(ticket) for ticket in made] == [other.id] * 2
    await office.away(other, 1 * HOUR, 3 * HOUR)
    third = await office.open()
    await office.give_out()
    assert await office.holder(third) == other.id, "not away yet"
    travel(7200)
    fourth = await office.desk.open(desk.customer(ahead=7200), department_id=str(office.id))
    done = await allot(desk.context, [office.id])
    assert await office.holder(fourth) is None
    assert done.next_change is not None
    travel(4 * 3600)
    await office.give_out()
    assert await office.holder(fourth) == other.id, "back by the clock, without a fact"
    travel(0)


async def test_an_absence_taken_back_brings_the_person_back(desk: Desk) -> None:
    office = await Office(desk).found(1, mode="round_robin")
    absence = await office.away(office.agents[0], -HOUR, HOUR)
    made = await office.open()
    await office.give_out()
    assert await office.holder(made) is None
    now = desk.context.clock.now()
    back = EscalationAbsenceEnded(absence_id=absence, user_id=office.agents[0].id, at=now)
    await desk.deliver(back, source="escalation")
    await office.give_out()
    assert await office.holder(made) == office.agents[0].id


async def test_what_somebody_left_behind_passes_on_where_the_rule_says_so(desk: Desk) -> None:
    office = await Office(desk).found(2, mode="round_robin")
    one, other = office.agents
    made = await office.open()
    await office.give_out()
    assert await office.holder(made) == one.id
    await office.away(one, -HOUR, HOUR)
    await office.give_out()
    assert await office.holder(made) == one.id, "the rule does not say so"
    await office.rule(reassign_when_absent=True)
    await office.give_out()
    assert await office.holder(made) == other.id
    story = await office.ask("GET", f"/tickets/{made['id']}/timeline", Accept_Language="en")
    assert "whoever had it is away" in story.json()["items"][-1]["text"]


async def test_languages_choose_and_strangers_to_them_wait(desk: Desk) -> None:
    office = await Office(desk).found(0, language="require")
    english, arabic = await office.join(Locale.EN), await office.join(Locale.AR)
    made = [
        await desk.open(desk.customer(locale=locale), department_id=str(office.id))
        for locale in ("en", "en", "ar")
    ]
    await office.give_out()
    assert [await office.holder(ticket) for ticket in made] == [
        *(english.id, english.id, arabic.id)
    ]
    await office.sets(english, paused=True)
    fourth = await desk.open(desk.customer(locale="en"), department_id=str(office.id))
    await office.give_out()
    assert await office.holder(fourth) is None
    assert (await office.sets(arabic, languages=["en", "ar"])).status_code == 200
    await office.give_out()
    assert await office.holder(fourth) == arabic.id


async def test_a_disabled_agent_and_another_departments_get_nothing(desk: Desk) -> None:
    office = await Office(desk).found(0, mode="round_robin")
    await office.join(disabled=True)
    await Office(desk).found(1, mode="round_robin")
    made = await office.open()
    await office.give_out()
    assert await office.holder(made) is None
    told = (await office.ask("GET", f"/assignment/departments/{office.id}")).json()
    assert told["unassigned"]["reason"] == "no_agents"


async def test_two_passes_at_once_never_exceed_a_capacity(desk: Desk) -> None:
    office = await Office(desk).found(3, default_capacity=4)
    await asyncio.gather(*(office.open() for _ in range(20)))
    await asyncio.gather(*(office.give_out() for _ in range(6)))
    rows = await desk.look(
        """select assignee_id, count(*) from tickets.ticket where department_id = $1
        group by 1 order by 2""",
        office.id,
    )
    counts = {row["assignee_id"]: row["count"] for row in rows}
    assert counts == {**{one.id: 4 for one in office.agents}, None: 8}


async def test_who_works_in_two_departments_has_one_capacity(desk: Desk) -> None:
    for _ in range(5):
        one = await Office(desk).found(0, default_capacity=1)
        other = await Office(desk).found(0, default_capacity=1)
        shared = await one.join(departments=(one.id, other.id))
        for office in (one, other):
            await office.open()
        await asyncio.gather(*(office.give_out() for office in (one, other, one, other)))
        rows = await desk.look(
            "select count(*) as held from tickets.ticket where assignee_id = $1", shared.id
        )
        assert rows[0]["held"] == 1


async def test_a_ticket_that_is_just_being_changed_is_taken_later(desk: Desk) -> None:
    office = await Office(desk).found(1, mode="round_robin")
    made, free = await office.open(), await office.open()
    async with desk.context.tx() as tx:
        await tx.rows(
            "select 1 from tickets.ticket where id = :id for no key update", {"id": made["id"]}
        )
        done = await allot(desk.context, [office.id])
        assert done.skipped
        assert await office.holder(free) == office.agents[0].id
    await office.give_out()
    assert await office.holder(made) == office.agents[0].id


async def test_who_is_faster_has_the_ticket_and_the_other_hears_who(desk: Desk) -> None:
    office = await Office(desk).found(8)
    made = await office.open()
    answers = await asyncio.gather(
        *(office.ask("POST", f"/tickets/{made['id']}/take", one) for one in office.agents)
    )
    won = [one for one in answers if one.status_code == 200]
    lost = [one.json() for one in answers if one.status_code == 409]
    assert (len(won), len(lost)) == (1, 7)
    holder = str(await office.holder(made))
    assert {(one["code"], one["assignee_id"]) for one in lost} == {("already_taken", holder)}
    winner = next(one for one in office.agents if str(one.id) == holder)
    again = await office.ask("POST", f"/tickets/{made['id']}/take", winner)
    assert again.status_code == 200
    assert await desk.names(made["id"]) == ["ticket.opened", "ticket.assigned"]


async def test_taking_is_for_people_who_handle_tickets(desk: Desk) -> None:
    office = await Office(desk).found(1)
    made = await office.open()
    path = f"/tickets/{made['id']}/take"
    elsewhere = Person("agent", departments=(uuid4(),))
    program = Person(kind="client", bound=False, scope="tickets:read tickets:manage")
    for person, status in (
        (desk.customer(), 403),
        (Person("auditor"), 403),
        (elsewhere, 404),
        (program, 403),
    ):
        assert (await office.ask("POST", path, person)).status_code == status
    await desk.do(office.agents[0], made["id"], "close", {})
    merged = await desk.look(
        "update tickets.ticket set status = 'spam' where id = $1 returning id", made["id"]
    )
    assert merged
    assert (await office.ask("POST", path, office.agents[0])).status_code == 409


async def test_an_assignment_by_hand_heeds_the_version_that_was_read(desk: Desk) -> None:
    office = await Office(desk).found(2)
    made, (one, other) = await office.open(), office.agents
    path = f"/tickets/{made['id']}/assign"
    first = await office.ask("POST", path, one, {"assignee_id": str(one.id)}, If_Match='"1.0.0"')
    late = await office.ask("POST", path, other, {"assignee_id": str(other.id)}, If_Match='"1.0.0"')
    assert (first.status_code, late.status_code) == (200, 412)
    assert await office.holder(made) == one.id


async def test_rules_are_set_by_those_who_lead(desk: Desk) -> None:
    office = await Office(desk).found(1)
    path, agent = f"/assignment/departments/{office.id}", office.agents[0]
    supervisor = Person("supervisor", departments=(office.id,))
    elsewhere = Person("manager", departments=(uuid4(),))
    for person, reads, writes in (
        (agent, 200, 403),
        (supervisor, 200, 403),
        (elsewhere, 404, 404),
        (Person("auditor"), 200, 403),
        (desk.customer(), 403, 403),
        (Person("admin"), 200, 200),
        (office.manager, 200, 200),
    ):
        assert (await office.ask("GET", path, person)).status_code == reads, person.role
        answer = await office.ask("PUT", path, person, ROUND_ROBIN)
        assert answer.status_code == writes, person.role
    ghost = await office.ask("GET", f"/assignment/departments/{uuid4()}", Person("admin"))
    assert ghost.status_code == 404


async def test_people_pause_themselves_and_leaders_say_the_rest(desk: Desk) -> None:
    office = await Office(desk).found(2)
    one, other = office.agents
    supervisor = Person("supervisor", departments=(office.id,))
    assert (await office.sets(one, by=one, paused=True)).json()["paused"] is True
    assert (await office.sets(one, by=one, capacity=99)).status_code == 403
    assert (await office.sets(one, by=one, languages=["en"])).status_code == 403
    assert (await office.sets(one, by=other, paused=False)).status_code == 403
    led = await office.sets(one, by=supervisor, capacity=3, languages=["en", "ar", "ar"])
    assert led.status_code == 422, "more than there are languages"
    led = await office.sets(one, by=supervisor, capacity=3, languages=["en", "ar"])
    assert led.json() == {
        "person_id": str(one.id),
        "capacity": 3,
        "languages": ["ar", "en"],
        "paused": True,
        "absent": False,
        "version": 2,
    }
    path = f"/assignment/people/{one.id}"
    stale = await office.ask("PUT", path, supervisor, {"capacity": 4}, If_Match='"1"')
    assert stale.status_code == 412
    elsewhere = Person("manager", departments=(uuid4(),))
    for person in (elsewhere, Person("agent", departments=(uuid4(),))):
        assert (await office.ask("GET", path, person)).status_code == 404
        assert (await office.sets(one, by=person, paused=False)).status_code == 404
    assert (await office.ask("GET", f"/assignment/people/{uuid4()}")).status_code == 404
    assert (await office.ask("GET", path, desk.customer())).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"mode": "random"}, {"mode": None}, {"mode": "manual", "default_capacity": -1}),
        {"mode": "manual", "default_capacity": 1001},
        {"mode": "manual", "default_capacity": "5"},
        {"mode": "manual", "default_capacity": 1.5},
        {"mode": "manual", "language": "klingon"},
        {"mode": "manual", "reassign_when_absent": "yes"},
        {"mode": "manual", "last_assigned_id": str(uuid4())},
        {"mode": "manual", "version": 9},
        {"mode": "manual", "department_id": str(uuid4())},
    ],
)
async def test_a_rule_that_means_nothing_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    office = await Office(desk).found(0)
    answer = await office.ask("PUT", f"/assignment/departments/{office.id}", body=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    "body",
    [
        *({"capacity": -1}, {"capacity": "1"}, {"capacity": 10**20}, {"languages": []}),
        *({"languages": ["fr"]}, {"languages": "ar"}, {"languages": None}, {"paused": "no"}),
        *({"paused": None}, {"absent": True}, {"version": 3}, {"person_id": str(uuid4())}),
    ],
)
async def test_a_setting_that_means_nothing_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    office = await Office(desk).found(1)
    answer = await office.ask("PUT", f"/assignment/people/{office.agents[0].id}", body=body)
    assert answer.status_code == 422, answer.text
