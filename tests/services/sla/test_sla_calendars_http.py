"""Calendars as people keep them: strict documents, versions, days, imports, the human yes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.services.sla.desk import Desk, Person

WEEK = {day: [["09:00", "17:00"]] for day in ("sun", "mon", "tue", "wed", "thu")}
CALENDAR: dict[str, Any] = {
    "name": {"ar": "تقويم", "en": "Calendar"},
    "timezone": "Asia/Riyadh",
    "weekly": WEEK,
}
RAMADAN = {
    "name": {"ar": "رمضان", "en": "Ramadan"},
    "from": "2027-02-08",
    "to": "2027-03-08",
    "weekly": {day: [["10:00", "15:00"]] for day in WEEK},
}


async def made(desk: Desk, **more: Any) -> str:
    calendar = await desk.made("/v1/sla/calendars", {**CALENDAR, **more})
    return f"/v1/sla/calendars/{calendar['id']}"


async def ok(desk: Desk, method: str, path: str, body: Any = None) -> dict[str, Any]:
    answer = await desk.ask(method, path, body)
    assert answer.status_code in {200, 201}, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"timezone": "Asia/Mecca"}, "#/timezone", "unknown_zone"),
        ({"weekly": {"sun": [["09:00", "25:00"]]}}, "#/weekly/sun/0/1", "invalid_time"),
        ({"weekly": {"sun": [["09:00"]]}}, "#/weekly/sun/0", "invalid_window"),
        ({"weekly": {"sunday": []}}, "#/weekly", "unknown_field"),
        ({"weekly": {}}, "#/weekly", "no_business_hours"),
        ({"weekly": {"sun": [["09:00", "10:00"]] * 49}}, "#/weekly/sun", "too_many"),
        ({"holidays": ["2026-02-30"]}, "#/holidays/0", "invalid_date"),
        ({"holidays": [{"date": "2026-02-01", "kind": 1}]}, "#/holidays/0", "unknown_field"),
        (
            {"holidays": [{"date": "2026-02-01", "status": "perhaps"}]},
            "#/holidays/0/status",
            "invalid_calendar",
        ),
        (
            {"holidays": [{"date": "2026-02-01", "name": {"ar": "عيد"}}]},
            "#/holidays/0/name",
            "invalid_calendar",
        ),
        ({"holidays": ["2026-01-01"] * 10_000}, "#/holidays", "too_long"),
        (
            {"seasons": [{**RAMADAN, "to": "2027-02-07"}]},
            "#/seasons/0/to",
            "ends_before_start",
        ),
        (
            {"seasons": [RAMADAN, {**RAMADAN, "from": "2027-03-08", "to": "2027-03-20"}]},
            "#/seasons/1/from",
            "overlapping_seasons",
        ),
        ({"overrides": {"2026-13-01": []}}, "#/overrides/2026-13-01", "invalid_date"),
        ({"breaks": {"2026-12-01": [["x", "y"]]}}, "#/breaks/2026-12-01/0/0", "invalid_time"),
    ],
)
async def test_what_a_calendar_cannot_mean_is_refused_at_its_place(
    desk: Desk, change: dict[str, Any], pointer: str, code: str
) -> None:
    texts = set()
    for locale in ("ar", "en"):
        body = {**CALENDAR, **change}
        answer = await desk.ask("POST", "/v1/sla/calendars", body, Person(locale=locale))
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == (pointer, code)
        texts.add(error["message"])
    assert len(texts) == 2


async def test_a_tentative_season_or_holiday_changes_nothing_until_it_is_confirmed(
    desk: Desk,
) -> None:
    path = await made(
        desk,
        seasons=[{**RAMADAN, "id": "fast", "status": "tentative"}],
        holidays=[{"date": "2027-03-09", "id": "eid", "status": "tentative"}],
    )
    span = f"{path}/days?from=2027-02-08&to=2027-03-09"
    before = (await ok(desk, "GET", span))["items"]
    assert before[0]["windows"] == [["09:00", "17:00"]]
    assert before[-1]["open"]
    answer = await ok(desk, "POST", f"{path}/confirm", {"ids": ["fast", "eid"]})
    assert answer["version"] == 2
    after = (await ok(desk, "GET", span))["items"]
    assert after[0]["windows"] == [["10:00", "15:00"]]
    assert (after[-1]["open"], after[-1]["reason"], after[-1]["ref"]) == (False, "holiday", "eid")


async def test_days_say_in_both_languages_and_calendars_why_the_door_is_shut(desk: Desk) -> None:
    eid = {"date": "2026-03-20", "name": {"ar": "عيد الفطر", "en": "Eid al-Fitr"}}
    path = await made(desk, holidays=[eid], weekly={**WEEK, "fri": [["08:00", "12:00"]]})
    found = await ok(desk, "GET", f"{path}/days?from=2026-03-20&to=2026-03-21")
    friday, saturday = found["items"]
    assert found["timezone"] == "Asia/Riyadh"
    assert (friday["hijri"], friday["seconds"], friday["windows"]) == ("1447-10-01", 0, [])
    assert friday["text"] == {
        "ar": "الجمعة 20 مارس 2026 (1 شوال 1447 هـ): مغلق (عطلة: عيد الفطر).",
        "en": "Friday 20 March 2026 (1 Shawwal 1447 AH): closed (holiday: Eid al-Fitr).",
    }
    assert (saturday["open"], saturday["reason"]) == (False, "weekly")


async def test_a_day_on_which_the_clocks_change_says_so(desk: Desk) -> None:
    path = await made(desk, timezone="Africa/Cairo", weekly={"fri": [["00:00", "24:00"]]})
    (day,) = (await ok(desk, "GET", f"{path}/days?from=2026-04-24&to=2026-04-24"))["items"]
    assert (day["seconds"], day["clock_change_seconds"]) == (23 * 3600, -3600)
    assert day["text"]["en"].endswith("the clocks change on this day.")


@pytest.mark.parametrize(
    "span", ["from=2026-01-01&to=2027-06-01", "from=2026-01-02&to=2026-01-01", "from=9999-12-31"]
)
async def test_days_are_asked_for_within_a_year(desk: Desk, span: str) -> None:
    path = await made(desk)
    answer = await desk.ask("GET", f"{path}/days?{span}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "range_too_long"


async def test_versions_are_kept_and_listed_newest_first(desk: Desk) -> None:
    path = await made(desk)
    for day in ("2026-12-20", "2026-12-21", "2026-12-22"):
        await ok(desk, "POST", f"{path}/versions", {"holidays": [day]})
    first = await ok(desk, "GET", f"{path}/versions?limit=3")
    assert [one["version"] for one in first["items"]] == [4, 3, 2]
    rest = await ok(desk, "GET", f"{path}/versions?limit=3&cursor={first['next_cursor']}")
    assert [one["version"] for one in rest["items"]] == [1]
    assert rest["next_cursor"] is None
    second = await ok(desk, "GET", f"{path}/versions/2")
    assert (second["holidays"], second["retroactive"]) == (["2026-12-20"], False)
    assert (await desk.ask("GET", f"{path}/versions/9")).status_code == 404
    assert (await desk.ask("GET", f"/v1/sla/calendars/{uuid4()}/versions")).status_code == 404


@pytest.mark.parametrize("country", ["AE", "SA", "KW", "QA", "BH", "OM", "JO", "LB", "EG"])
async def test_public_holidays_come_in_both_languages_and_the_moons_ones_wait(
    desk: Desk, country: str
) -> None:
    path = await made(desk)
    wish = {"country": country, "years": [2026, 2027]}
    found = await ok(desk, "POST", f"{path}/import", wish)
    rows = found["added"]
    assert len({row["id"] for row in rows}) == len(rows) > 8
    assert all(row["name"]["ar"] != row["name"]["en"] for row in rows)
    assert not any("estimated" in row["name"]["en"] for row in rows)
    waiting = {row["name"]["en"].partition(" (")[0] for row in rows if row["status"] != "confirmed"}
    assert any("Eid al-Fitr" in name for name in waiting)
    assert any("Eid al-Adha" in name for name in waiting)
    assert all(("hijri" in row) == (row["status"] == "tentative") for row in rows)
    civil = {row["name"]["en"].partition(" (")[0] for row in rows if row["status"] == "confirmed"}
    assert civil
    assert not civil & waiting
    again = await desk.ask("POST", f"{path}/import", wish)
    assert (again.status_code, again.json()["added"]) == (200, [])
    assert again.json()["version"] == found["version"] == 2


async def test_ramadan_and_feasts_are_proposed_with_their_hijri_dates(desk: Desk) -> None:
    path = await made(desk)
    wish = {"hijri": ["ramadan", "eid_al_fitr", "eid_al_adha"], "years": [2027]}
    found = await ok(desk, "POST", f"{path}/import", wish)
    assert found["tentative"] == len(found["added"]) == 7
    (season,) = found["seasons"]
    assert (season["from"], season["to"], season["hijri"]) == (
        "2027-02-08",
        "2027-03-08",
        "1448-09",
    )
    assert season["weekly"]["sun"] == [["10:00", "15:00"]]
    assert "fri" not in season["weekly"]
    eid = next(row for row in found["holidays"] if row["id"] == "eid_al_fitr-1448-1")
    assert (eid["date"], eid["hijri"]) == ("2027-03-09", "1448-10-01")
    listed = await ok(desk, "GET", f"{path}/holidays?from=2027-02-01&to=2027-03-10")
    assert [one["first_day"] for one in listed["items"]] == [
        "2027-02-08",
        "2027-03-09",
        "2027-03-10",
    ]
    assert listed["items"][1]["hijri"] == {"ar": "1 شوال 1448 هـ", "en": "1 Shawwal 1448 AH"}


async def test_a_sighting_moves_what_it_confirms_and_a_second_yes_changes_nothing(
    desk: Desk,
) -> None:
    path = await made(desk)
    await ok(desk, "POST", f"{path}/import", {"hijri": ["eid_al_fitr"], "years": [2027]})
    yes = {"ids": ["eid_al_fitr-1448-1"], "move_days": -1}
    for _ in range(2):
        answer = await desk.ask("POST", f"{path}/confirm", yes)
    assert answer.json()["version"] == 3
    found = answer.json()["holidays"]
    assert [(row["date"], row["status"]) for row in found] == [
        ("2027-03-08", "confirmed"),
        ("2027-03-09", "confirmed"),
        ("2027-03-10", "confirmed"),
    ], "a feast moves as a whole"
    again = await ok(desk, "POST", f"{path}/import", {"hijri": ["eid_al_fitr"], "years": [2027]})
    assert again["added"] == [], "what a person moved is not imported over"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"ids": ["nothing"]}, "unknown_item"),
        ({}, "unknown_item"),
        ({"dates": ["2031-01-01"]}, "unknown_item"),
        ({"ids": ["x"], "move_days": 3}, "less_than_equal"),
    ],
)
async def test_a_yes_to_nothing_is_refused(desk: Desk, body: dict[str, Any], code: str) -> None:
    path = await made(desk)
    answer = await desk.ask("POST", f"{path}/confirm", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"years": [2027]}, "nothing_to_import"),
        ({"country": "FR", "years": [2027]}, "literal_error"),
        ({"country": "SA", "years": []}, "too_short"),
        ({"country": "SA", "years": [9999]}, "less_than_equal"),
        ({"country": "SA", "years": [2026], "typo": 1}, "extra_forbidden"),
    ],
)
async def test_an_import_that_cannot_be_meant_is_refused(
    desk: Desk, body: dict[str, Any], code: str
) -> None:
    path = await made(desk)
    answer = await desk.ask("POST", f"{path}/import", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["code"] == code


async def send_file(desk: Desk, path: str, lines: str, query: str = "") -> Any:
    head, foot = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n", "END:VCALENDAR\r\n"
    text = head + "\r\n".join(lines.strip().splitlines()) + "\r\n" + foot
    headers = {**Person().headers(desk.context.clock.now()), "content-type": "text/calendar"}
    return await desk.http.post(f"{path}/import{query}", content=text.encode(), headers=headers)


NATIONAL = """
BEGIN:VEVENT
UID:national@example
DTSTART;VALUE=DATE:20200923
DTEND;VALUE=DATE:20200925
RRULE:FREQ=YEARLY
EXDATE;VALUE=DATE:20270923
SUMMARY:اليوم الوطني
END:VEVENT
"""


async def test_a_file_of_holidays_is_read_with_its_yearly_recurrence(desk: Desk) -> None:
    path = await made(desk)
    answer = await send_file(desk, path, NATIONAL)
    assert answer.status_code == 201, answer.text
    year = desk.context.clock.now().year
    dates = [row["date"] for row in answer.json()["added"]]
    expected = [
        f"{one}-09-{day}" for one in range(year - 1, year + 6) if one != 2027 for day in (23, 24)
    ]
    assert dates == expected
    assert {row["status"] for row in answer.json()["added"]} == {"tentative"}
    assert answer.json()["added"][0]["name"]["ar"] == "اليوم الوطني"
    other = await made(desk)
    vouched = await send_file(desk, other, NATIONAL, "?confirm=true")
    assert {row["status"] for row in vouched.json()["added"]} == {"confirmed"}


@pytest.mark.parametrize(
    ("lines", "pointer", "code"),
    [
        ("BEGIN:VEVENT\nDTSTART:20260923T090000Z\nEND:VEVENT", "#/VEVENT/0", "unsupported_event"),
        ("BEGIN:VEVENT\nSUMMARY:no day\nEND:VEVENT", "#/VEVENT/0", "unsupported_event"),
        (
            "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20270101\nEND:VEVENT",
            "#/VEVENT/0",
            "unsupported_event",
        ),
        (
            "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=SECONDLY\nEND:VEVENT",
            "#/VEVENT/0",
            "unsupported_recurrence",
        ),
        (
            "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;BYDAY=1MO\nEND:VEVENT",
            "#/VEVENT/0",
            "unsupported_recurrence",
        ),
        ("BEGIN:VEVENT\nDTSTART;VALUE=DATE:2026", "#", "invalid_ics"),
        ("BEGIN:VEVENT\nEND:VEVENT\n" * 1001, "#", "ics_too_large"),
    ],
)
async def test_a_file_that_is_not_understood_is_refused_whole(
    desk: Desk, lines: str, pointer: str, code: str
) -> None:
    path = await made(desk)
    answer = await send_file(desk, path, lines)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert (await ok(desk, "GET", path))["version"] == 1


async def test_what_nobody_confirmed_is_a_task_and_two_days_ahead_a_fact(desk: Desk) -> None:
    now = desk.context.clock.now()
    day = (now + timedelta(days=1)).date()
    far = (now + timedelta(days=40)).date()
    rows = [
        {"date": day.isoformat(), "id": "near", "status": "tentative", "name": "Near"},
        {"date": far.isoformat(), "id": "far", "status": "tentative"},
    ]
    path = await made(desk, holidays=rows)
    calendar_id = path.rpartition("/")[2]
    tasks = (await ok(desk, "GET", "/v1/sla/calendars/tasks?limit=200"))["items"]
    mine = [task for task in tasks if task["calendar_id"] == calendar_id]
    assert [(task["id"], task["urgent"]) for task in mine] == [("near", True), ("far", False)]
    assert mine[0]["confirm_by"] == (day - timedelta(days=2)).isoformat()
    await desk.fire()
    (fact,) = await desk.facts(calendar_id, "calendar_unconfirmed")
    assert fact["data"]["first_day"] == day.isoformat()
    await ok(desk, "POST", f"{path}/versions", {"always_open": False})
    await desk.fire()
    assert len(await desk.facts(calendar_id, "calendar_unconfirmed")) == 1, "told once"
    await ok(desk, "POST", f"{path}/confirm", {"ids": ["near", "far"]})
    async with desk.context.tx() as tx:
        left = await tx.scalar(
            "select count(*) from sla.timer where key like :key",
            {"key": f"unconfirmed:{calendar_id}%"},
        )
    assert left == 0, "a confirmed day needs no reminder"


async def test_a_reminder_is_armed_for_two_days_before_in_the_calendars_zone(desk: Desk) -> None:
    day = date(2030, 1, 10)
    rows = [{"date": day.isoformat(), "id": "far", "status": "tentative"}]
    path = await made(desk, holidays=rows, timezone="Africa/Cairo")
    async with desk.context.tx() as tx:
        due = await tx.scalar(
            "select due_at from sla.timer where key like :key",
            {"key": f"unconfirmed:{path.rpartition('/')[2]}%"},
        )
    assert due == datetime(2030, 1, 7, 22, tzinfo=UTC)


async def test_calendars_are_staff_business(desk: Desk) -> None:
    path = await made(desk)
    customer = Person(["customer"], uuid4(), scope="sla:read sla:manage")
    for method, where, body in (
        ("GET", f"{path}/versions", None),
        ("GET", f"{path}/versions/1", None),
        ("GET", f"{path}/days", None),
        ("GET", f"{path}/holidays", None),
        ("GET", "/v1/sla/calendars/tasks", None),
        ("POST", f"{path}/preview", {}),
        ("POST", f"{path}/confirm", {"ids": ["x"]}),
        ("POST", f"{path}/import", {"country": "SA", "years": [2026]}),
    ):
        assert (await desk.ask(method, where, body, customer)).status_code == 403, where


async def test_a_version_is_refused_when_somebody_was_quicker(desk: Desk) -> None:
    body = {"name": "Read twice", "timezone": "UTC", "always_open": True}
    made = await desk.made("/v1/sla/calendars", body)
    path = f"/v1/sla/calendars/{made['id']}/versions"
    change = {"timezone": "Asia/Riyadh"}
    first = await desk.ask("POST", path, change, **{"If-Match": '"1"'})
    assert (first.status_code, first.json()["version"]) == (201, 2)
    second = await desk.ask("POST", path, change, **{"If-Match": '"1"'})
    assert second.status_code == 412
