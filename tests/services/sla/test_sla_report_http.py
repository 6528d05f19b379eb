"""The report over HTTP: whose promises, cut how, in which form, and what is refused."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET

import pytest

from services.sla.store import breaches
from services.sla.store.breaches import BreachRow
from shared.events.ticket import TicketAssigned, TicketMerged
from shared.kit.ids import uuid7
from shared.kit.peers import PeerRefused
from shared.vocabulary import AuthorKind, Metric, Priority, Status
from tests.contexts import Travel
from tests.services.sla.desk import Desk, Person, Ticket

HOUR = timedelta(hours=1)
ALWAYS = "always_open"
TARGETS = {
    "first_response": {"target": "PT1H", "calendar": ALWAYS},
    "next_response": {"target": "PT2H", "calendar": ALWAYS},
    "resolution": {"target": "PT8H", "calendar": ALWAYS},
}
Figures = dict[str, Any]


@dataclass
class Company:
    """A customer with a contract, and the departments and agents that serve it."""

    desk: Desk
    id: UUID
    department: UUID = field(default_factory=uuid7)
    agent: UUID = field(default_factory=uuid7)

    @property
    def now(self) -> datetime:
        return self.desk.context.clock.now()

    async def ticket(self, ago: float = 20, priority: Priority = Priority.P2, **who: Any) -> Ticket:
        at = self.now - ago * HOUR
        ticket = Ticket(self.desk, self.id, at, priority, department=self.department)
        return await ticket.open(**who)

    async def ask(self, query: str = "", who: Person | None = None) -> Figures:
        path = f"/v1/sla/report?organization_id={self.id}&{query}"
        answer = await self.desk.ask("GET", path, who=who)
        assert answer.status_code == 200, answer.text
        found: Figures = answer.json()
        return found

    async def total(self, metric: str, query: str = "", who: Person | None = None) -> Figures:
        totals: list[Figures] = (await self.ask(query, who))["totals"]
        return next(one for one in totals if one["metric"] == metric)


@pytest.fixture
async def company(desk: Desk, travel: Travel) -> AsyncIterator[Company]:
    travel(0)
    policy = await desk.policy_in_seconds(targets=dict.fromkeys(("P1", "P2", "P3"), TARGETS))
    yield Company(desk, await desk.customer(policy, starts_on="2020-01-01"))
    travel(0)


def counts(figures: Figures) -> tuple[int, ...]:
    return tuple(figures[name] for name in ("tickets", "met", "breached", "excused", "open"))


async def test_promises_are_met_broken_excused_voided_and_open(company: Company) -> None:
    kept, late, excused, voided, waits = [await company.ticket() for _ in range(5)]
    await kept.reply(kept.opened_at + HOUR)
    await late.reply(late.opened_at + 2 * HOUR)
    await excused.reply(excused.opened_at + 3 * HOUR)
    await excuse(excused, Metric.FIRST_RESPONSE)
    await voided.write(voided.opened_at + 5 * HOUR)
    await voided.reply(voided.opened_at + HOUR / 2)
    fresh = await company.ticket(ago=0.5)
    first = await company.total("first_response")
    assert counts(first) == (6, 2, 3, 1, 1)
    assert (first["attainment"], first["attainment_excused"]) == (0.4, 0.6)
    assert first["voided"] == 2  # both were stated as broken before their answers were heard of
    assert first["percentiles"] == {"p50": 3600, "p90": 10800, "p95": 10800}
    assert waits.id != fresh.id


async def excuse(ticket: Ticket, metric: Metric) -> None:
    who = (ticket.id, ticket.organization, ticket.department, ticket.priority.value)
    async with ticket.desk.context.tx() as tx:
        row = BreachRow(*who, metric, 1, "excused", tx.now, "power cut")
        await breaches.add(tx, [row])


async def test_a_promise_is_broken_by_the_clock_not_by_the_timer(
    company: Company, travel: Travel
) -> None:
    await company.ticket(ago=0.99)
    assert counts(await company.total("first_response")) == (1, 0, 0, 0, 1)
    travel(60)
    assert counts(await company.total("first_response")) == (1, 0, 1, 0, 0)
    await company.desk.fire()
    assert counts(await company.total("first_response")) == (1, 0, 1, 0, 0)


async def test_merged_and_spam_tickets_are_out(company: Company) -> None:
    merged, spam = await company.ticket(ago=0.5), await company.ticket()
    await merged.tell(TicketMerged, merged.opened_at + HOUR / 4, into_id=uuid4())
    await spam.move(spam.opened_at + 9 * HOUR, Status.SPAM)
    assert await company.ask() | {"from": 0, "to": 0} == {
        "from": 0,
        "to": 0,
        "group_by": "priority",
        "items": [],
        "totals": [],
        "worst": [],
    }


async def test_pauses_reopenings_and_last_answers_are_shown(company: Company) -> None:
    ticket, other = await company.ticket(), await company.ticket()
    await ticket.reply(ticket.opened_at + HOUR / 2)
    await ticket.move(ticket.opened_at + HOUR, Status.WAITING_CUSTOMER)
    await ticket.write(ticket.opened_at + 4 * HOUR)
    await ticket.reply(ticket.opened_at + 5 * HOUR)
    await ticket.move(ticket.opened_at + 5 * HOUR, Status.RESOLVED)
    await ticket.move(ticket.opened_at + 6 * HOUR, Status.OPEN)
    await ticket.move(ticket.opened_at + 7 * HOUR, Status.RESOLVED)
    await other.move(other.opened_at + HOUR, Status.RESOLVED)
    solved = await company.total("resolution")
    assert (solved["counted_seconds"], solved["paused_seconds"]) == (4 * 3600, 3 * 3600)
    assert solved["pause_share"] == 0.4286
    assert (solved["reopened"], solved["reopen_rate"]) == (1, 0.5)
    first = await company.total("first_response")
    assert first["percentiles"]["p95"] == 1800
    assert first["last_response"] == {"p50": 3600, "p90": 3600, "p95": 3600}
    assert (await company.total("next_response"))["met"] == 1


async def test_the_worst_are_shown_in_counted_time_whether_over_or_not(company: Company) -> None:
    over, waiting, paused = [await company.ticket(ago) for ago in (30, 20, 40)]
    for ticket in (over, waiting, paused):
        await ticket.reply(ticket.opened_at)
    await over.move(over.opened_at + 28 * HOUR, Status.RESOLVED)
    await paused.move(paused.opened_at + 9 * HOUR, Status.WAITING_CUSTOMER)
    worst = (await company.ask("worst=5"))["worst"]
    assert [one["ticket_id"] for one in worst] == [str(one.id) for one in (over, waiting, paused)]
    assert [one["late_seconds"] // 3600 for one in worst] == [20, 12, 1]
    assert worst[0]["number"] == "SND-1042"
    assert worst[0]["metric"] == "resolution"
    assert worst[1]["ended_at"] is None
    assert len((await company.ask("worst=1"))["worst"]) == 1
    assert (await company.ask("worst=0"))["worst"] == []


async def test_a_report_is_cut_by_two_groupings(company: Company) -> None:
    for priority in (Priority.P1, Priority.P2, Priority.P2):
        ticket = await company.ticket(priority=priority)
        await ticket.tell(TicketAssigned, ticket.opened_at, assignee_id=company.agent)
    found = await company.ask("group_by=agent,priority&metric=resolution")
    assert found["group_by"] == "agent,priority"
    cut = [(one["group"], one["groups"], one["tickets"]) for one in found["items"]]
    agent = str(company.agent)
    assert cut == [
        (agent, {"agent": agent, "priority": "P1"}, 1),
        (agent, {"agent": agent, "priority": "P2"}, 2),
    ]
    assert [one["tickets"] for one in found["totals"]] == [3]


@pytest.mark.parametrize("by", ["department", "organization", "agent", "contract", "month"])
async def test_every_grouping_names_its_groups(company: Company, by: str) -> None:
    ticket = await company.ticket()
    (item,) = (await company.ask(f"group_by={by}&metric=resolution"))["items"]
    local = ticket.opened_at + 3 * HOUR
    expected = {
        "department": str(company.department),
        "organization": str(company.id),
        "agent": None,
        "month": f"{local:%Y-%m}",
    }
    assert item["group"] == expected.get(by, item["group"])
    if by == "contract":
        assert UUID(item["group"])


async def test_filters_narrow(company: Company) -> None:
    ticket = await company.ticket()
    await ticket.tell(TicketAssigned, ticket.opened_at, assignee_id=company.agent)
    (item,) = (await company.ask("group_by=contract&metric=resolution"))["items"]
    fitting = {
        "department_id": company.department,
        "assignee_id": company.agent,
        "contract_id": item["group"],
        "priority": "P2",
        "metric": "resolution",
    }
    for name, value in fitting.items():
        assert (await company.ask(f"{name}={value}"))["totals"]
    others = {"assignee_id": uuid4(), "department_id": uuid4(), "priority": "P1"}
    for name, value in others.items():
        assert not (await company.ask(f"{name}={value}"))["totals"], name


async def test_who_sees_which_promises(company: Company) -> None:
    await company.ticket()
    held = await company.ticket()
    await held.tell(TicketAssigned, held.opened_at, assignee_id=company.agent)
    own = [company.department]
    seen = {
        "all": [Person([role]) for role in ("admin", "auditor", "executive", "senior_management")],
        "department": [Person([r], departments=own) for r in ("supervisor", "manager")],
        "assigned": [Person(["supervisor"], id=company.agent, departments=[uuid4()])],
        "nobody": [Person(["manager"], departments=[uuid4()])],
    }
    expected = {"all": 2, "department": 2, "assigned": 1, "nobody": 0}
    for name, people in seen.items():
        for who in people:
            found = await company.ask("metric=resolution", who)
            assert sum(one["tickets"] for one in found["totals"]) == expected[name], name
            assert len(found["worst"]) == expected[name], name


@pytest.mark.parametrize("form", ["json", "csv", "svg"])
async def test_customers_and_agents_have_no_report(company: Company, form: str) -> None:
    customers = [Person([role], company.id) for role in ("customer", "customer_admin")]
    customers.append(Person(["agent"]))
    for who in (*customers, Person([], company.id, kind="client"), Person(scope="sla:read")):
        answer = await company.desk.ask("GET", f"/v1/sla/report?format={form}", who=who)
        assert answer.status_code == 403


REFUSED = {
    "from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z": "ends_before_start",
    "from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z": "span_too_long",
    "group_by=ticket": "unknown_grouping",
    "group_by=": "empty",
    "group_by=agent,month,priority": "unknown_grouping",
    "timezone=Mars/Olympus": "unknown_zone",
    "from=0001-01-01T00:00:00Z": "instant_range",
    "to=9999-12-31T00:00:00Z": "instant_range",
    "worst=101": "less_than_equal",
    "metric=speed": "enum",
    "organization_id=x": "uuid_parsing",
    "format=pdf": "literal_error",
}


@pytest.mark.parametrize("query", REFUSED)
async def test_a_question_that_cannot_be_answered_is_refused(desk: Desk, query: str) -> None:
    for form in ("", "&format=csv", "&format=svg"):
        if "format" in query and form:
            continue
        if form == "&format=svg" and "group_by" in query:
            continue  # a picture is by month, whatever was asked
        answer = await desk.ask("GET", f"/v1/sla/report?{query}{form}")
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["code"] == REFUSED[query]


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_a_refusal_speaks_the_readers_language(desk: Desk, language: str) -> None:
    path = "/v1/sla/report?group_by=ticket"
    answer = await desk.ask("GET", path, who=Person(locale=language))
    message = answer.json()["errors"][0]["message"]
    assert ("التقرير" in message) is (language == "ar")


async def test_a_sheet_comes_in_two_languages(company: Company) -> None:
    ticket = await company.ticket()
    await ticket.reply(ticket.opened_at + HOUR / 2)
    path = f"/v1/sla/report?organization_id={company.id}&format=csv"
    english = await company.desk.ask("GET", path)
    assert english.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in english.headers["content-disposition"]
    table = list(csv.DictReader(io.StringIO(english.text, newline="")))
    assert [(one["group"], one["metric"], one["attainment"]) for one in table] == [
        ("P2", "first_response", "1.0"),
        ("P2", "resolution", "0.0"),
        ("total", "first_response", "1.0"),
        ("total", "resolution", "0.0"),
    ]
    arabic = await company.desk.ask(
        "GET", f"{path}&bom=true&group_by=month", **{"Accept-Language": "ar"}
    )
    assert arabic.content.startswith(b"\xef\xbb\xbf")
    assert arabic.text.lstrip("\ufeff").startswith("الشهر,المقياس,الوعود")


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_a_picture_shows_the_last_twelve_months(company: Company, language: str) -> None:
    ticket = await company.ticket()
    await ticket.reply(ticket.opened_at + HOUR / 2)
    path = f"/v1/sla/report?organization_id={company.id}&format=svg&metric=first_response"
    answer = await company.desk.ask("GET", path, **{"Accept-Language": language})
    assert answer.headers["content-type"] == "image/svg+xml; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    picture = ET.fromstring(answer.text)  # noqa: S314 - our own text
    assert picture.attrib["direction"] == ("rtl" if language == "ar" else "ltr")
    whole = "١٠٠٪" if language == "ar" else "100%"
    assert whole in (picture.findtext("{http://www.w3.org/2000/svg}desc") or "")
    dashes = [one for one in picture.iter() if one.text == "–"]
    assert len(dashes) == 11


async def test_digits_of_an_arabic_picture_may_be_asked_for(company: Company) -> None:
    await company.ticket()
    path = f"/v1/sla/report?organization_id={company.id}&format=svg"
    for query, language, latin in (
        ("", "ar", False),
        ("&digits=latin", "ar", True),
        ("", "ar-u-nu-latn", True),
        ("&digits=arabic", "ar-MA", False),
        ("&digits=arabic", "en", True),
    ):
        answer = await company.desk.ask("GET", path + query, **{"accept-language": language})
        words = " ".join(ET.fromstring(answer.text).itertext())  # noqa: S314 - our own text
        assert ("%" in words) is latin, (query, language)
        assert ("٪" in words) is not latin, (query, language)
    odd = await company.desk.ask("GET", path + "&digits=roman")
    assert odd.json()["errors"][0]["pointer"] == "?digits"


@pytest.mark.parametrize("form", ["json", "csv", "svg"])
async def test_a_desk_without_tickets_has_an_empty_report(company: Company, form: str) -> None:
    path = f"/v1/sla/report?organization_id={company.id}&format={form}"
    answer = await company.desk.ask("GET", path)
    assert answer.status_code == 200
    if form == "csv":
        assert answer.text.count("\r\n") == 1


@pytest.mark.parametrize("form", ["json", "csv", "svg"])
@pytest.mark.parametrize("name", ["organization_id", "department_id", "contract_id"])
async def test_what_is_not_there_has_no_report(
    company: Company, monkeypatch: pytest.MonkeyPatch, name: str, form: str
) -> None:
    """Unknown to the gateway too; a foreign department looks the same to its neighbour."""
    await company.ticket()
    known = {str(company.id), str(company.department)}

    async def get(_peer: str, path: str) -> dict[str, str]:
        if path.rpartition("/")[2] not in known:
            raise PeerRefused("gateway", 404, "not_found")
        return {}

    monkeypatch.setattr(company.desk.context.peers, "get", get)
    told = []
    for one in (str(uuid7()), str(company.id if name == "contract_id" else uuid7())):
        answer = await company.desk.ask("GET", f"/v1/sla/report?{name}={one}&format={form}")
        told.append((answer.status_code, answer.json()["code"]))
    assert told == [(404, "not_found")] * 2
    department = f"/v1/sla/report?department_id={company.department}&format={form}"
    assert (await company.desk.ask("GET", department)).status_code == 200
    boss = Person(["manager"], departments=[uuid7()])
    assert (await company.desk.ask("GET", department, who=boss)).status_code == 404
    boss = Person(["manager"], departments=[company.department])
    assert (await company.desk.ask("GET", department, who=boss)).status_code == 200


async def test_months_are_those_of_the_zone_that_is_asked_for(company: Company) -> None:
    ticket = await company.ticket()
    at = datetime.fromisoformat("2026-01-31T22:30:00+00:00")
    async with company.desk.context.tx() as tx:
        values = {"at": at, "id": ticket.id}
        await tx.execute("update sla.outcome set opened_at = :at where ticket_id = :id", values)
    span = "group_by=month&metric=resolution&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z"
    names = []
    for zone in ("", "&timezone=UTC"):
        names += [one["group"] for one in (await company.ask(span + zone))["items"]]
    assert names == ["2026-02", "2026-01"]


async def test_automatic_answers_meet_nothing(company: Company) -> None:
    ticket = await company.ticket()
    await ticket.message(ticket.opened_at, AuthorKind.SYSTEM, automatic=True)
    assert counts(await company.total("first_response")) == (1, 0, 1, 0, 0)
