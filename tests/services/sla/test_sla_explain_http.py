"""The explain ledger over HTTP: figures, reasons, timers, text for people, bad questions."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from services.sla.usecases import telling
from shared.kit.http import dumps
from shared.vocabulary import Priority, Status
from tests.contexts import Travel
from tests.services.notify.colleagues import EXPLAINED
from tests.services.sla.desk import Desk, Person, Ticket

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TEXT = {"Accept": "text/plain", "Accept-Language": "ar"}
WEEK = {day: [["09:00", "17:00"]] for day in ("sun", "mon", "tue", "wed", "thu")}
RAMADAN = {day: [["10:00", "15:00"]] for day in ("sun", "mon", "tue", "wed", "thu")}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def wire(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def riyadh(text: str) -> datetime:
    return moment(f"{text}+03:00")


async def calendar(desk: Desk, **document: Any) -> dict[str, Any]:
    body = {"name": {"ar": "الدوام", "en": "Hours"}, "timezone": "Asia/Riyadh", "weekly": WEEK}
    return await desk.made("/v1/sla/calendars", {**body, **document})


async def served(desk: Desk, at: datetime, **document: Any) -> Ticket:
    """A ticket of the past whose promises count on a calendar of its own."""
    hours = await calendar(desk, **document)
    target = {"target": "PT4H", "calendar": hours["id"]}
    policy = await desk.policy_in_seconds(
        targets={
            "P1": {"resolution": {**target, "target": "PT2H"}},
            "P3": {"first_response": target, "resolution": target},
        },
        pause_statuses=["waiting_customer"],
    )
    customer = await desk.customer(policy, calendar_id=hours["id"], starts_on="2014-01-01")
    return await Ticket(desk, customer, at).open()


async def explain(
    desk: Desk, ticket: Ticket, who: Person | None = None, **asked: Any
) -> dict[str, Any]:
    query = "&".join(f"{key}={value}" for key, value in asked.items())
    answer = await desk.ask("GET", f"/v1/tickets/{ticket.id}/sla/explain?{query}", who=who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_ledger_names_seasons_and_holidays_and_adds_up(desk: Desk) -> None:
    ticket = await served(
        desk,
        riyadh("2026-03-18T14:00"),
        seasons=[
            {
                "name": {"ar": "رمضان", "en": "Ramadan"},
                "from": "2026-02-18",
                "to": "2026-03-19",
                "weekly": RAMADAN,
            }
        ],
        holidays=[
            {"date": "2026-03-22", "id": "eid", "name": {"ar": "عيد الفطر", "en": "Eid al-Fitr"}}
        ],
    )
    as_of = wire(riyadh("2026-03-23T11:30"))
    found = await explain(desk, ticket, metric="resolution", as_of=as_of)
    segments = found["segments"]
    assert (segments[0]["from"], segments[-1]["to"]) == (wire(ticket.opened_at), as_of)
    assert all(one["to"] == other["from"] for one, other in pairwise(segments))
    assert found["totals"]["wall"] == sum(one["seconds"] for one in segments)
    closed = {one["reason"]: one["ref_name"] for one in segments if one["state"] == "closed"}
    assert closed["holiday"] == {"ar": "عيد الفطر", "en": "Eid al-Fitr"}
    assert closed["season"] == {"ar": "رمضان", "en": "Ramadan"}
    assert found["totals"]["counted"] == int(1 * 3600 + 5 * 3600 + 2.5 * 3600)
    assert found["due"]["late_seconds"] == int(4.5 * 3600)
    assert found["due"]["calendar_version"] == 1
    assert found["due"]["timezone"] == "Asia/Riyadh"
    by_day = await explain(desk, ticket, metric="resolution", as_of=as_of, granularity="day")
    assert by_day["totals"] == found["totals"]
    for name in ("wall", "counted", "paused", "stopped", "closed"):
        assert sum(one[name] for one in by_day["days"]) == found["totals"][name]
    eid = by_day["days"][4]
    assert (eid["date"], eid["hijri_date"]["en"]) == ("2026-03-22", "3 Shawwal 1447 AH")
    assert "closed for \u2068Eid al-Fitr\u2069" in eid["text"]["en"]
    assert "عطلة \u2068عيد الفطر\u2069" in eid["text"]["ar"]
    assert found["text"]["en"].endswith("Missed by 4 h 30 min of counted time.")


async def test_a_day_is_not_called_by_the_name_that_another_calendar_gives_it(desk: Desk) -> None:
    day = {"date": "2026-04-05", "name": {"ar": "عيد الفصح", "en": "Easter"}}
    await calendar(desk, holidays=[day])
    ticket = await served(desk, riyadh("2026-04-02T16:00"), holidays=["2026-04-05"])
    found = await explain(desk, ticket, metric="resolution", as_of="2026-04-06T06:00:00Z")
    (closed,) = (one for one in found["segments"] if one["reason"] == "holiday")
    assert (closed["ref"], closed["ref_name"]) == ("2026-04-05", None)


async def test_a_skipped_hour_stands_in_the_ledger_as_what_it_is(desk: Desk) -> None:
    ticket = await served(
        desk,
        moment("2026-04-23T18:00:00+00:00"),
        timezone="Africa/Cairo",
        weekly={"thu": [["20:00", "04:00"]], "fri": [["09:00", "17:00"]]},
    )
    as_of = "2026-04-24T01:00:00Z"
    found = await explain(desk, ticket, metric="resolution", as_of=as_of)
    (skipped,) = (one for one in found["segments"] if one["reason"] == "clock_change")
    assert (skipped["from"], skipped["seconds"]) == ("2026-04-23T22:00:00Z", 0)
    assert (skipped["state"], skipped["counted"]) == ("closed", False)
    by_day = await explain(desk, ticket, metric="resolution", as_of=as_of, granularity="day")
    assert [one["clock_change_seconds"] for one in by_day["days"]] == [0, 3600]
    assert by_day["days"][1]["text"]["en"].endswith("3 h counted; the clock went forward one hour.")


async def test_the_due_instant_says_what_moved_it(desk: Desk) -> None:
    start = riyadh("2026-03-29T09:00")
    ticket = await served(desk, start)
    await ticket.move(start + HOUR, Status.WAITING_CUSTOMER)
    await ticket.write(start + 2 * HOUR)
    await ticket.prioritise(start + 2.5 * HOUR, Priority.P1)
    found = await explain(desk, ticket, metric="resolution", as_of=wire(start + 2.75 * HOUR))
    assert [(one["cause"], one["before"], one["after"]) for one in found["due"]["why"]] == [
        ("pause", wire(start + 4 * HOUR), None),
        ("resume", None, wire(start + 5 * HOUR)),
        ("retarget", wire(start + 5 * HOUR), wire(start + 3 * HOUR)),
    ]
    assert found["due"]["why"][2]["value"] == "P1"
    assert found["due"]["at"] == wire(start + 3 * HOUR)
    assert found["due"]["remaining_seconds"] == 900


ROUND = {day: [["00:00", "24:00"]] for day in (*WEEK, "fri", "sat")}


async def test_a_calendar_that_changed_under_a_promise_is_a_reason(desk: Desk) -> None:
    hours = await calendar(desk, weekly=ROUND)
    policy = await desk.policy_in_seconds(targets={"P3": {"resolution": {"target": "PT48H"}}})
    customer = await desk.customer(policy, calendar_id=hours["id"])
    start = desk.context.clock.now() - 10 * HOUR
    ticket = await Ticket(desk, customer, start).open()
    closed: dict[str, Any] = {"overrides": {(start + DAY).date().isoformat(): []}}
    versions = f"/v1/sla/calendars/{hours['id']}/versions"
    assert (await desk.ask("POST", versions, closed)).status_code == 201
    await desk.fire()
    found = await explain(desk, ticket, metric="resolution")
    (why,) = found["due"]["why"]
    assert (why["cause"], why["before"]) == ("calendar", wire(start + 48 * HOUR))
    assert why["after"] == found["due"]["at"] > why["before"]
    gone = [one for one in found["timers"] if one["state"] == "disarmed"]
    assert {(one["cause"], one["generation"]) for one in gone} == {("calendar", 1)}
    assert {one["moved_to"] for one in gone if one["kind"] == "breach"} == {why["after"]}
    before = await explain(desk, ticket, metric="resolution", as_of=wire(start + HOUR))
    assert before["due"]["why"] == []


async def test_a_breach_that_a_late_holiday_undid_is_a_reason_too(desk: Desk) -> None:
    hours = await calendar(desk, weekly=ROUND)
    policy = await desk.policy_in_seconds(targets={"P3": {"resolution": {"target": "PT1H"}}})
    customer = await desk.customer(policy, calendar_id=hours["id"])
    start = desk.context.clock.now() - 3 * HOUR
    ticket = await Ticket(desk, customer, start).open()
    days = sorted({(start + n * HOUR).date().isoformat() for n in range(-12, 25)})
    late = {"holidays": days, "effective_from": "2020-01-01T00:00:00Z", "retroactive": True}
    versions = f"/v1/sla/calendars/{hours['id']}/versions"
    assert (await desk.ask("POST", versions, late)).status_code == 201
    await desk.fire()
    found = await explain(desk, ticket, metric="resolution")
    (why,) = found["due"]["why"]
    assert (why["cause"], why["before"]) == ("calendar", wire(start + HOUR))
    assert why["after"] == found["due"]["at"] > why["before"]
    assert found["totals"]["counted"] == 0
    assert found["text"]["en"].endswith("stated and was called off.")


async def test_timers_are_told_when_armed_disarmed_and_fired(desk: Desk) -> None:
    policy = await desk.policy_in_seconds(
        targets={"P3": {"resolution": {"target": "PT4H", "calendar": "always_open"}}}
    )
    now = desk.context.clock.now()
    ticket = await Ticket(desk, await desk.customer(policy), now - 3 * HOUR).open()
    found = await explain(desk, ticket, metric="resolution")
    assert [(one["kind"], one["state"]) for one in found["timers"]] == [("breach", "armed")]
    await ticket.move(now, Status.WAITING_CUSTOMER)
    await ticket.write(now + timedelta(seconds=1))
    later = wire(now + timedelta(minutes=1))
    found = await explain(desk, ticket, metric="resolution", as_of=later)
    gone, armed = found["timers"]
    assert (gone["state"], gone["generation"], gone["cause"]) == ("disarmed", 1, "status")
    assert gone["due_at"] == wire(now + HOUR)
    assert (armed["state"], armed["generation"]) == ("armed", 3)
    assert armed["due_at"] == wire(now + HOUR + timedelta(seconds=1))


async def test_a_promise_without_a_calendar_is_told_by_the_customers_clock(desk: Desk) -> None:
    """Cairo keeps another time than the desk, and than UTC; sums are the same at any fraction."""
    promise = {"target": "PT40S", "calendar": "always_open"}
    policy = await desk.policy_in_seconds(targets={"P3": {"resolution": promise}})
    customer = await desk.customer(policy, timezone="Africa/Cairo", starts_on="2026-01-01")
    opened = moment("2026-07-14T20:59:30.900000+00:00")
    ticket = await Ticket(desk, customer, opened).open()
    as_of = wire(opened + timedelta(seconds=45.2))
    found = await explain(desk, ticket, metric="resolution", as_of=as_of, granularity="day")
    assert found["due"]["timezone"] == "Africa/Cairo"
    assert "15 July 2026 (1 Safar 1448 AH), 00:00:10 Cairo time" in found["text"]["en"]
    assert "بتوقيت القاهرة" in found["text"]["ar"]
    assert [one["date"] for one in found["days"]] == ["2026-07-14", "2026-07-15"]
    due, totals = found["due"], found["totals"]
    assert (totals["counted"], due["target_seconds"], due["late_seconds"]) == (45, 40, 5)
    assert totals["wall"] == sum(one["wall"] for one in found["days"]) == 45
    assert found["text"]["en"].endswith("45 s counted. Missed by 5 s of counted time.")


async def test_what_fired_is_told_with_its_lag(desk: Desk, travel: Travel) -> None:
    travel(0)
    opened = desk.context.clock.now()
    ticket = await Ticket(desk, await desk.customer(), opened, Priority.P1).open()
    for hours in (0.76, 1.1):
        travel(hours * 3600)
        await desk.fire()
    found = await explain(desk, ticket, metric="first_response")
    customer = Person(["customer"], ticket.organization, id=ticket.requester)
    outside = await explain(desk, ticket, customer, metric="first_response")
    travel(0)
    ours = {"generation": None, "lag_ms": None}
    assert outside["timers"] == [{**one, **ours} for one in found["timers"]]
    assert [(one["kind"], one["state"], one["point"]) for one in found["timers"]] == [
        ("warning", "fired", 0.75),
        ("breach", "fired", None),
    ]
    for one, due in zip(found["timers"], (0.75 * HOUR, HOUR), strict=True):
        assert one["due_at"] == wire(opened + due)
        lag = moment(one["fired_at"]) - moment(one["due_at"])
        assert one["lag_ms"] == round(lag.total_seconds() * 1000) > 0
    assert found["text"]["en"].endswith("of counted time.")


async def test_text_for_people_comes_in_their_language(desk: Desk) -> None:
    ticket = await served(desk, riyadh("2026-03-29T09:00"))
    path = f"/v1/tickets/{ticket.id}/sla/explain?metric=resolution&as_of=2026-03-30T07:00:00Z"
    now = desk.context.clock.now()
    arabic = await desk.http.get(path, headers={**Person(locale="ar").headers(now), **TEXT})
    assert arabic.headers["content-type"] == "text/plain; charset=utf-8"
    assert arabic.headers["content-language"] == "ar"
    lines = arabic.text.splitlines()
    assert lines[:2] == ["التذكرة \u2068SND-1042\u2069", ""]
    assert lines[2] == (
        "الحل: الوعد خلال 4 ساعات من ساعات العمل، وموعده"
        " \u2068الأحد 29 مارس 2026 (10 شوال 1447 هـ) 13:00 بتوقيت الرياض\u2069."
        " المحتسب 9 ساعات، وخارج ساعات العمل 16 ساعةً."
        " وفات الموعد بمقدار 5 ساعات من الوقت المحتسب."
    )
    assert lines[3:] == [
        "الأحد 29 مارس 2026 (10 شوال 1447 هـ): المحتسب 8 ساعات، وخارج ساعات العمل 7 ساعات.",
        "الاثنين 30 مارس 2026 (11 شوال 1447 هـ): المحتسب ساعة واحدة، وخارج ساعات العمل 9 ساعات.",
    ]
    english = await desk.ask("GET", f"{path}&format=text")
    assert english.text.splitlines()[0] == "Ticket \u2068SND-1042\u2069"
    assert english.text.splitlines()[-1] == (
        "Monday 30 March 2026 (11 Shawwal 1447 AH): 1 h counted, 9 h outside working hours."
    )
    json = await desk.ask("GET", f"{path}&format=json", Accept="text/plain")
    assert json.json()["metric"] == "resolution"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("metric=speed", None),
        ("granularity=minute", None),
        ("format=pdf", None),
        ("as_of=yesterday", None),
        ("as_of=9999-12-31T23:59:59Z", None),
        ("as_of=0001-01-01T00:00:00Z", None),
        ("as_of=2199-01-01T00:00:00Z", "invalid_as_of"),
        ("as_of=2001-01-01T00:00:00Z", "invalid_as_of"),
    ],
)
async def test_bad_questions_are_refused_with_a_code(
    desk: Desk, asked: str, code: str | None
) -> None:
    ticket = await served(desk, riyadh("2026-03-29T09:00"))
    answer = await desk.ask("GET", f"/v1/tickets/{ticket.id}/sla/explain?{asked}")
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert body["code"] == "validation_failed"
    assert body["errors"]
    if code is not None:
        assert body["errors"][0]["code"] == code


async def test_a_foreign_ticket_has_nothing_to_explain(desk: Desk) -> None:
    ticket = await served(desk, riyadh("2026-03-29T09:00"))
    stranger = Person(["customer_admin"], uuid4(), scope="sla:read")
    for path in (f"{ticket.id}/sla/explain", f"{uuid4()}/sla/explain?format=text"):
        answer = await desk.ask("GET", f"/v1/tickets/{path}", who=stranger)
        assert answer.status_code == 404


async def test_the_customer_reads_the_same_figures(desk: Desk) -> None:
    ticket = await served(desk, riyadh("2026-03-29T09:00"))
    path = f"/v1/tickets/{ticket.id}/sla/explain?as_of=2026-03-30T07:00:00Z"
    customer = Person(["customer"], ticket.organization, scope="sla:read", id=ticket.requester)
    own, staff = await desk.ask("GET", path, who=customer), await desk.ask("GET", path)
    assert own.status_code == 200
    assert own.json() == staff.json()


async def test_ten_years_are_explained_by_the_day(desk: Desk) -> None:
    """The clock stood by every night, holiday and clock change of ten years."""
    ticket = await served(desk, moment("2016-06-01T06:00:00+00:00"), timezone="Asia/Beirut")
    found = await explain(
        desk, ticket, metric="resolution", as_of="2026-06-01T06:00:00Z", granularity="day"
    )
    assert len(found["days"]) == 3653
    assert sum(one["wall"] for one in found["days"]) == found["totals"]["wall"]
    assert sum(1 for one in found["days"] if one["clock_change_seconds"]) == 20


async def test_colleagues_are_told_the_figures_of_the_breach(desk: Desk) -> None:
    """Whoever asks, and whenever: the promise broke with exactly its target used up."""
    start = riyadh("2026-03-29T09:00")
    ticket = await served(desk, start)
    due = wire(start + 4 * HOUR)
    key = f"{ticket.id}:resolution:{due}"
    unread = [f"{uuid4()}:resolution:{due}", f"{ticket.id}:speed:{due}", "nonsense", f"{key}x"]
    early = f"{ticket.id}:resolution:2001-01-01T00:00:00Z"
    far = f"{ticket.id}:resolution:9999-01-01T00:00:00Z"
    (item,) = await telling.explanations(desk.context, [*unread, early, far, key])
    await ticket.move(start + 5 * HOUR, Status.RESOLVED)
    (again,) = await telling.explanations(desk.context, [key])
    assert item == again
    assert item["id"] == key
    assert item["totals"]["counted"] == item["due"]["target_seconds"] == 4 * 3600
    assert item["due"]["at"] == start + 4 * HOUR
    assert item["text"]["en"].endswith("Missed: the promised time was used up at this very moment.")
    assert shape(item) == shape({"id": key, **EXPLAINED})


def shape(value: Any) -> Any:
    """The names in a document, all the way down."""
    if isinstance(value, dict):
        return {str(name): shape(one) for name, one in value.items()}
    return [shape(one) for one in value[:1]] if isinstance(value, list) else None


async def test_a_long_story_is_told_shortly(desk: Desk) -> None:
    ticket = await served(desk, riyadh("2016-06-01T09:00"))
    key = f"{ticket.id}:resolution:2026-06-01T06:00:00Z"
    (item,) = await telling.explanations(desk.context, [key])
    assert (len(item["days"]), item["days_omitted"]) == (14, 3653 - 14)
    assert len(dumps(item)) < 10_000


async def test_a_breach_that_was_called_off_is_not_told_as_a_breach(desk: Desk) -> None:
    start = desk.context.clock.now() - 2 * HOUR
    ticket = await Ticket(desk, await desk.customer(), start, Priority.P1).open()
    assert await desk.facts(ticket.id, "breached")
    await ticket.reply(start + 0.5 * HOUR)
    key = f"{ticket.id}:first_response:{wire(start + HOUR)}"
    (item,) = await telling.explanations(desk.context, [key])
    assert "Kept with 30 min to spare." in item["text"]["en"]
    assert item["text"]["en"].endswith("stated and was called off.")


async def test_the_internal_door_is_for_the_house_alone(desk: Desk) -> None:
    body: dict[str, Any] = {"keys": []}
    assert (await desk.ops.post("/internal/explanations", json=body)).status_code == 401
    assert (await desk.http.post("/internal/explanations", json=body)).status_code == 404
