"""The promises of a ticket in its timeline: what was promised, what moved it, by how much late."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.tickets.domain.promisestories import moved, warned
from services.tickets.domain.stories import CLAUSES, STORIES, tell
from shared.events.base import Fact
from shared.events.escalation import EscalationAcknowledged, EscalationRaised
from shared.events.identity import IdentityOrganizationUpdated
from shared.events.sla import (
    ClockState,
    SlaBreached,
    SlaBreachVoided,
    SlaClockStarted,
    SlaClockUpdated,
    SlaExcused,
    SlaMet,
    SlaWarning,
)
from shared.vocabulary import DEFAULT_DEPARTMENT, DEFAULT_POLICY, Locale, Metric, Priority, Role
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person

HOUR = timedelta(hours=1)
NINE = datetime(2027, 3, 7, 6, tzinfo=UTC)
"""Sunday, 09:00 in Riyadh."""


def clock(metric: Metric, state: Any, **more: Any) -> ClockState:
    return ClockState(metric=metric, state=state, target_seconds=14_400, **more)


def resolution(state: Any, **more: Any) -> ClockState:
    return clock(Metric.RESOLUTION, state, **more)


class Story:
    """What sla tells of one ticket, in its order."""

    def __init__(self, desk: Desk, customer: Person, made: dict[str, Any]) -> None:
        self.desk = desk
        self.customer = customer
        self.id = made["id"]
        self.base = {
            "ticket_id": UUID(made["id"]),
            "organization_id": UUID(made["organization_id"]),
        }

    async def tell(self, kind: type[Fact], hours: float, **more: Any) -> None:
        values = {**self.base, "at": NINE + hours * HOUR, **more}
        await self.desk.deliver(kind.model_validate(values))

    async def start(self) -> None:
        due = NINE + 4 * HOUR
        await self.tell(
            SlaClockStarted,
            0,
            policy_id=DEFAULT_POLICY,
            policy_version=1,
            reopen_window_seconds=86_400,
            clocks=(
                clock(Metric.FIRST_RESPONSE, "running", due_at=NINE + HOUR),
                resolution("running", due_at=due),
            ),
        )

    async def update(self, hours: float, cause: str, *clocks: ClockState) -> None:
        more = {"clocks": clocks, "generation": 2, "cause": cause}
        await self.tell(SlaClockUpdated, hours, **more)

    async def told(self, person: Person, language: str = "en") -> list[str]:
        items = await self.items(person, language)
        return [one["text"] for one in items if one["kind"].startswith(("sla", "escal"))]

    async def items(self, person: Person, language: str = "en") -> list[dict[str, Any]]:
        path = f"/v1/tickets/{self.id}/timeline"
        headers = person.headers(Accept_Language=language)
        answer = await self.desk.http.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


@pytest.fixture
async def story(desk: Desk) -> Story:
    await desk.deliver(
        IdentityOrganizationUpdated(
            organization_id=desk.organization,
            locale=Locale.AR,
            timezone="Asia/Riyadh",
            at=NINE,
        )
    )
    customer = desk.customer()
    return Story(desk, customer, await desk.open(customer))


def breach(**more: Any) -> dict[str, Any]:
    return {
        "metric": Metric.RESOLUTION,
        "cycle": 1,
        "due_at": NINE + 5 * HOUR,
        "breached_at": NINE + 5 * HOUR,
        "fired_at": NINE + 5 * HOUR,
        "cause": "elapsed",
        "priority": Priority.P3,
        "department_id": DEFAULT_DEPARTMENT,
        "policy_id": DEFAULT_POLICY,
        "policy_version": 1,
        "ladder": (),
        **more,
    }


async def test_a_customer_reads_what_became_of_the_promise(desk: Desk, story: Story) -> None:
    due, later = NINE + 4 * HOUR, NINE + 5 * HOUR
    await story.start()
    await story.update(1, "status", resolution("paused", counted_seconds=3600))
    await story.update(2, "customer_reply", resolution("running", due_at=later))
    warning = {"metric": Metric.RESOLUTION, "point": 0.75, "due_at": later}
    await story.tell(SlaWarning, 4, **warning)
    await story.tell(SlaBreached, 5, **breach())
    late = {"due_at": later, "met_at": NINE + 6 * HOUR, "breached_at": later}
    await story.update(6, "status", resolution("breached", counted_seconds=18_000, **late))
    await story.tell(SlaExcused, 7, metric=Metric.RESOLUTION, cycle=1, actor_id=uuid4())
    customer = story.customer
    assert await story.told(customer) == [
        (
            "Due times were promised (first response by Sunday 7 March 2027, 10:00 (UTC+3),"
            " resolution by Sunday 7 March 2027, 13:00 (UTC+3))"
        ),
        (
            "The clock of the resolution was paused: it waits for the customer"
            " (4 h promised, 1 h counted)"
        ),
        "The clock of the resolution runs again (due Sunday 7 March 2027, 14:00 (UTC+3))",
        "The due time of the resolution is near (due Sunday 7 March 2027, 14:00 (UTC+3), 1 h left)",
        (
            "The due time of the resolution was missed"
            " (due Sunday 7 March 2027, 14:00 (UTC+3), 4 h promised, 4 h counted)"
        ),
        (
            "The resolution was late (due Sunday 7 March 2027, 14:00 (UTC+3), 4 h promised,"
            " 5 h counted, late by 1 h)"
        ),
        "The late resolution was excused",
    ]
    assert due < later
    arabic = await story.told(customer, "ar")
    assert arabic[1] == (
        "توقّف احتساب مهلة الحل بانتظار العميل (المهلة 4 ساعات، المحتسب ساعة واحدة)"
    )
    assert arabic[5] == (
        "تم الحل متأخرًا (الموعد \u2068الأحد 7 مارس 2027، 14:00 (UTC+3)\u2069، المهلة 4 ساعات،"
        " المحتسب 5 ساعات، التأخر ساعة واحدة)"
    )
    items = [one for one in await story.items(customer) if one["kind"] == "sla_late"]
    assert items[0]["data"]["late_seconds"] == 3600
    assert items[0]["at"] == "2027-03-07T12:00:00Z"


async def test_a_promise_that_moved_says_why_and_a_kept_one_what_it_took(
    desk: Desk, story: Story
) -> None:
    await story.start()
    moved_to = resolution("running", due_at=NINE + 8 * HOUR)
    await story.update(1, "retarget", moved_to)
    await story.update(1.5, "calendar", resolution("running", due_at=NINE + 30 * HOUR))
    await story.tell(
        SlaMet,
        2,
        metric=Metric.RESOLUTION,
        cycle=1,
        met_at=NINE + 2 * HOUR,
        due_at=NINE + 8 * HOUR,
        counted_seconds=7200,
    )
    met = resolution("met", met_at=NINE + 2 * HOUR, due_at=NINE + 8 * HOUR, counted_seconds=7200)
    await story.update(2, "status", met)
    await story.update(3, "status", resolution("running", due_at=NINE + 9 * HOUR))
    assert (await story.told(story.customer))[1:] == [
        (
            "The due time of the resolution moved with the priority (due Sunday 7 March 2027, 17:00"
            " (UTC+3), was due Sunday 7 March 2027, 13:00 (UTC+3))"
        ),
        (
            "The due time of the resolution moved with the calendar (due Monday 8 March 2027, 15:00"
            " (UTC+3), was due Sunday 7 March 2027, 17:00 (UTC+3))"
        ),
        (
            "The resolution was in time (due Sunday 7 March 2027, 17:00 (UTC+3), 4 h promised,"
            " 2 h counted)"
        ),
        (
            "The clock of the resolution runs again after the reopening"
            " (due Sunday 7 March 2027, 18:00 (UTC+3))"
        ),
    ]


async def test_a_breach_by_a_change_was_late_at_once_and_can_be_called_off(
    desk: Desk, story: Story
) -> None:
    await story.start()
    await story.tell(
        SlaBreached,
        2,
        **breach(due_at=NINE + HOUR, breached_at=NINE + 2 * HOUR, cause="retarget"),
    )
    await story.tell(SlaBreachVoided, 3, metric=Metric.RESOLUTION, cycle=1, cause="calendar")
    assert (await story.told(story.customer))[1:] == [
        (
            "The due time of the resolution was missed (due Sunday 7 March 2027, 10:00 (UTC+3),"
            " 4 h promised, late by 1 h)"
        ),
        "The missed due time of the resolution was called off",
    ]


async def test_a_fact_heard_twice_is_told_once(desk: Desk, story: Story) -> None:
    await story.start()
    fact = SlaClockUpdated.model_validate(
        {
            **story.base,
            "at": NINE + HOUR,
            "clocks": (resolution("paused", counted_seconds=3600),),
            "generation": 2,
            "cause": "status",
        }
    )
    await desk.deliver(fact)
    desk.rewind(fact)
    await desk.deliver(fact)
    assert len(await story.told(story.customer)) == 2


async def test_who_was_called_is_told_to_the_house_alone(desk: Desk, story: Story) -> None:
    await desk.deliver(
        EscalationRaised.model_validate(
            {
                **story.base,
                "at": NINE,
                "escalation_id": uuid4(),
                "metric": Metric.RESOLUTION,
                "level": 2,
                "to_role": Role.SENIOR_MANAGEMENT,
                "user_ids": (uuid4(),),
                "action": ("notify",),
                "cause": "ladder",
            }
        ),
        source="escalation",
    )
    assert await story.told(story.customer) == ["The ticket was escalated"]
    assert await story.told(story.customer, "ar") == ["صُعّدت التذكرة"]
    assert await story.told(desk.agent()) == ["Escalated to the senior management"]
    (entry,) = (one for one in await story.items(story.customer) if one["kind"] == "escalated")
    assert set(entry["data"]) == {"metric"}


async def test_that_a_miss_was_excused_is_told_and_by_whom_to_the_house_alone(
    desk: Desk, story: Story
) -> None:
    manager = uuid4()
    await story.tell(SlaExcused, 1, metric=Metric.RESOLUTION, cycle=1, actor_id=manager)
    await desk.deliver(
        EscalationAcknowledged.model_validate(
            {**story.base, "at": NINE, "escalation_id": uuid4(), "level": 1, "actor_id": manager}
        ),
        source="escalation",
    )
    actors = {
        seat: [
            one["actor"]["id"]
            for one in await story.items(person)
            if one["kind"] in {"sla_excused", "escalation_acknowledged"}
        ]
        for seat, person in (("customer", story.customer), ("staff", desk.agent()))
    }
    assert actors == {"customer": [None, None], "staff": [str(manager)] * 2}


async def test_the_story_is_paged_without_a_gap(desk: Desk, story: Story) -> None:
    await story.start()
    for number in range(4):
        states = ("paused", "running")
        due = None if number % 2 == 0 else NINE + number * HOUR
        await story.update(number, "status", resolution(states[number % 2], due_at=due))
    customer, found, path = story.customer, [], f"/v1/tickets/{story.id}/timeline?limit=2"
    cursor = ""
    while cursor is not None:
        answer = await desk.http.get(path + cursor, headers=customer.headers())
        found += [one["id"] for one in answer.json()["items"]]
        following = answer.json()["next_cursor"]
        cursor = following and f"&cursor={following}"
    everything = [one["id"] for one in await story.items(customer)]
    assert found == everything
    assert len(set(found)) == len(found) >= 6


PLAIN = {"metric": "resolution", "target_seconds": 100}


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ({"state": "running"}, {"state": "running"}, []),
        ({"state": "none"}, {"state": "running"}, ["sla_asked"]),
        ({"state": "met"}, {"state": "running"}, ["sla_reopened"]),
        ({"state": "stopped"}, {"state": "running"}, ["sla_reopened"]),
        ({"state": "running"}, {"state": "stopped"}, []),
        ({"state": "paused"}, {"state": "met"}, []),
        ({"state": "running"}, {"state": "cancelled"}, []),
        ({"state": "breached"}, {"state": "breached"}, []),
        ({"state": "paused"}, {"state": "paused"}, []),
        ({"state": "running"}, {"state": "running", "target_seconds": None}, []),
    ],
)
def test_only_what_moves_a_promise_is_told(
    before: dict[str, Any], after: dict[str, Any], kinds: list[str]
) -> None:
    found = moved({"resolution": {**PLAIN, **before}}, [{**PLAIN, **after}], "status")
    assert [kind for kind, _ in found] == kinds


def test_a_first_response_that_stood_still_goes_on_and_a_question_is_asked_anew() -> None:
    for metric, kind in (("first_response", "sla_reopened"), ("next_response", "sla_asked")):
        before = {**PLAIN, "metric": metric, "state": "stopped"}
        found = moved({metric: before}, [{**before, "state": "running"}], "status")
        assert [told for told, _ in found] == [kind]


async def test_where_a_policy_takes_the_resolution_for_an_answer_none_is_told_to_be_sent(
    desk: Desk, story: Story
) -> None:
    await story.start()
    kept = {"metric": Metric.FIRST_RESPONSE, "cycle": 1, "met_at": NINE, "due_at": NINE + HOUR}
    await story.tell(SlaMet, 0, **kept)
    await desk.do(desk.agent(), story.id, "messages", {"body": "Hello"})
    await story.tell(SlaMet, 0, **kept)
    told = [one for one in await story.told(story.customer) if "in time" in one]
    assert [one.partition(" (")[0] for one in told] == [
        "The resolution counted as the first response, in time",
        "The first response was in time",
    ]
    arabic = await story.told(story.customer, "ar")
    assert any(one.startswith("عُدّ الحل أول رد، وكان في موعده") for one in arabic)


def test_a_warning_says_what_is_left_in_shares_and_in_minutes() -> None:
    assert warned(PLAIN, 0.75) == {"left_seconds": 25}
    assert warned(PLAIN, -60.0) == {"left_seconds": 60}
    assert warned({}, 0.5) == {}


def test_figures_stand_behind_every_sentence_in_their_order() -> None:
    figures = dict.fromkeys(sorted(CLAUSES), "@")
    for locale in Locale:
        told = tell("sla_late", {"metric": "resolution"}, locale, figures)
        assert told.count("@") == len(CLAUSES)
    assert {kind for kind in STORIES if kind.startswith("sla_")} >= {"sla_late", "sla_moved"}
