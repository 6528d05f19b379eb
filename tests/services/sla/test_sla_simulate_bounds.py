"""Bad and monstrous questions to the simulation: a code or the right answer, within a second."""

import time
from typing import Any

import pytest
from pydantic import ValidationError

from services.sla.schemas.simulation import SimulationIn
from services.sla.usecases.simulating import simulate
from shared.kit.answers import dumps
from shared.kit.problems import ValidationFailed
from shared.vocabulary import Locale
from tests.services.sla.desk import Desk, Person

WEEK = {day: [["09:00", "17:00"]] for day in ("sun", "mon", "tue", "wed", "thu")}
RIYADH: dict[str, Any] = {"timezone": "Asia/Riyadh", "weekly": WEEK}
ALWAYS: dict[str, Any] = {"timezone": "UTC", "always_open": True}
CAIRO_NIGHTS: dict[str, Any] = {
    "timezone": "Africa/Cairo",
    "weekly": {day: [["22:00", "06:00"], ["08:00", "12:00"]] for day in WEEK},
}
START = "2026-02-17T12:00:00Z"
MOST = 3.0
"""Seconds of CPU on a machine that does other things too; alone, no monster takes one."""


def at(number: int, step: int = 3600) -> str:
    """The `number`-th of many instants, from 1990 on."""
    moment = time.gmtime(631_152_000 + number * step)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", moment)


def events(count: int, step: int = 3600) -> list[dict[str, Any]]:
    """A ticket that everything happens to."""
    moves: list[dict[str, Any]] = [
        {"type": "customer_reply"},
        {"type": "priority", "to": "P2"},
        {"type": "status", "to": "parked"},
        {"type": "agent_reply"},
        {"type": "priority", "to": "P1"},
        {"type": "status", "to": "open"},
        {"type": "status", "to": "done"},
        {"type": "status", "to": "open"},
    ]
    created = {"at": at(0), "type": "created", "priority": "P1", "status": "open"}
    return [created] + [{"at": at(n, step), **moves[n % len(moves)]} for n in range(1, count)]


def story(calendar: Any, happened: list[Any], as_of: str, seconds: Any = 10**8) -> dict[str, Any]:
    metrics = ("first_response", "next_response", "resolution")
    return {
        "calendar": calendar,
        "policy": {
            "targets": {
                "P1": dict.fromkeys(metrics, seconds),
                "P2": dict.fromkeys(metrics, 9_999_999),
            },
            "pause_statuses": ["parked"],
            "pause_metrics": list(metrics),
            "stop_statuses": ["done"],
            "next_response_starts": "every_customer_message",
        },
        "events": happened,
        "as_of": as_of,
    }


def asked(calendar: Any, queries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"calendar": calendar, "queries": queries}


def far(count: int, **more: Any) -> list[dict[str, Any]]:
    """Questions all over three centuries."""
    every = [f"{1905 + n * 275 // count}-0{1 + n % 9}-11T07:13:11Z" for n in range(count)]
    return [{"kind": "deadline", "start": start, **more} for start in every]


def spans(count: int) -> list[dict[str, Any]]:
    years = (1905 + n * 270 // count for n in range(count))
    return [
        {"kind": "elapsed", "start": f"{y}-01-11T07:00:00Z", "end": f"{y + 19}-02-11T07:00:00Z"}
        for y in years
    ]


MINUTES = [[f"{n // 60:02}:{n % 60:02}", f"{n // 60:02}:{n % 60 + 1:02}"] for n in range(0, 96, 2)]
MONSTERS = {
    "a thousand far deadlines": asked(RIYADH, far(1000, duration_seconds=10**9)),
    "a thousand far deadlines backwards": asked(
        CAIRO_NIGHTS, far(1000, duration_seconds=10**8, direction="before")
    ),
    "a thousand deadlines beyond all reach": asked(ALWAYS, far(1000, duration_seconds=10**11)),
    "a thousand business days of a thousand": asked(CAIRO_NIGHTS, far(1000, business_days=1000)),
    "a thousand spans of nineteen years": asked(CAIRO_NIGHTS, spans(1000)),
    "a thousand searches of a closed door": asked({"timezone": "UTC"}, far(1000, business_days=1)),
    "a thousand events": story(CAIRO_NIGHTS, events(1000), at(9000)),
    "a thousand events of a second": story(ALWAYS, events(1000, 1), at(9000), 3),
    "a thousand events over nineteen years": story(
        CAIRO_NIGHTS, events(1000, 600_000), at(1000, 600_000)
    ),
    "a ledger of nineteen years": story(CAIRO_NIGHTS, events(2), "2008-12-01T00:00:00Z"),
    "a ledger of a century": story(RIYADH, events(2), "2090-12-01T00:00:00Z"),
    "48 windows and breaks a day": story(
        {
            "timezone": "Africa/Cairo",
            "weekly": dict.fromkeys(WEEK, MINUTES),
            "breaks": {f"1990-01-{d:02}": MINUTES[:9] for d in range(1, 32)},
        },
        events(1000, 2000),
        "1993-01-01T00:00:00Z",
    ),
    "ten thousand holidays": asked(
        {
            **RIYADH,
            "holidays": [
                f"{1990 + n // 336}-{1 + n // 28 % 12:02}-{1 + n % 28:02}" for n in range(10_000)
            ],
        },
        far(1000, duration_seconds=10**7),
    ),
}


@pytest.mark.parametrize("name", MONSTERS)
def test_no_question_costs_more_than_a_second(name: str) -> None:
    """Answered, or refused for its size; what came in and goes out is part of the price."""
    began = time.thread_time()
    body = SimulationIn.model_validate(MONSTERS[name])
    policy = body.policy.model_dump() if body.policy else None
    told = (policy, [event.model_dump() for event in body.events], body.as_of)
    queries = [query.model_dump() for query in body.queries]
    code = ""
    try:
        answer = dumps(simulate(Locale.EN, body.calendar, queries, told))
    except ValidationFailed as refusal:
        answer, code = b"", refusal.errors[0].code
    spent = time.thread_time() - began
    print(f"{name}: {spent * 1000:.0f} ms {code or len(answer)}")
    assert code in {"", "too_much_work", "invalid_duration"}
    assert spent < MOST


async def post(desk: Desk, body: Any) -> tuple[int, dict[str, Any]]:
    answer = await desk.ask("POST", "/v1/sla/simulate", body)
    found: dict[str, Any] = answer.json()
    return answer.status_code, found


DEADLINE = {"kind": "deadline", "start": START, "duration_seconds": 60}


@pytest.mark.parametrize(
    ("calendar", "codes"),
    [
        ({"timezone": "Asia/Mecca", "weekly": WEEK}, {"invalid_calendar"}),
        ({"timezone": "../../etc/passwd", "weekly": WEEK}, {"invalid_calendar"}),
        ({"timezone": 7}, {"invalid_calendar"}),
        ({"timezone": "UTC", "weekly": {"sun": [["09:00", "25:00"]]}}, {"invalid_calendar"}),
        ({"timezone": "UTC", "weekly": {"sun": [["24:00", "25:00"]]}}, {"invalid_calendar"}),
        ({"timezone": "UTC", "weekly": {"sun": "09:00"}}, {"invalid_calendar"}),
        ({"timezone": "UTC", "weekly": {"sunday": []}}, {"invalid_calendar"}),
        ({"timezone": "UTC", "weekly": [1]}, {"invalid_calendar"}),
        ({"timezone": "UTC", "holidays": ["2026-02-30"]}, {"invalid_calendar"}),
        ({"timezone": "UTC", "holidays": ["0000-01-01"]}, {"invalid_calendar"}),
        ({"timezone": "UTC", "holidays": [None]}, {"invalid_calendar"}),
        ({"timezone": "UTC", "overrides": {"today": []}}, {"invalid_calendar"}),
        ({"timezone": "UTC", "seasons": [{"from": "2026-03-01"}]}, {"invalid_calendar"}),
        ({"timezone": "UTC", "always_open": "yes"}, {"invalid_calendar"}),
        ({"timezone": "UTC", "weekly": {}}, {"no_business_hours"}),
        (
            {"timezone": "UTC", "overrides": {"2027-02-19": [["09:00", "17:00"]]}},
            {"no_business_hours"},
        ),
        ([], {"invalid_calendar"}),
        ("Asia/Riyadh", {"invalid_calendar"}),
        (None, {"invalid_calendar"}),
    ],
)
async def test_a_calendar_that_cannot_be_meant_is_answered_by_its_code(
    desk: Desk, calendar: Any, codes: set[str]
) -> None:
    status, found = await post(desk, asked(calendar, [DEADLINE]))
    assert status == 200, found
    assert {one["error"] for one in found["answers"]} == codes
    told = story(calendar, events(4), at(90))
    status, found = await post(desk, told)
    assert status == (422 if codes == {"invalid_calendar"} else 200), found


async def test_an_opening_on_the_last_day_of_the_search_is_found(desk: Desk) -> None:
    opening = {"timezone": "UTC", "overrides": {"2027-02-18": [["09:00", "17:00"]]}}
    _, found = await post(desk, asked(opening, [DEADLINE]))
    assert found["answers"] == [{"due": "2027-02-18T09:01:00Z"}]


@pytest.mark.parametrize(
    "query",
    [
        *({"duration_seconds": n} for n in (-1, 1.5, "60", True, 10**18, [], {}, 10**12)),
        *({"business_days": n} for n in (-1, 0.5, "2", False, 10**9, 100_000)),
        {"duration_seconds": 60, "business_days": 1},
        {"business_days": 1, "direction": "before"},
        {},
    ],
)
async def test_a_length_that_cannot_be_meant_is_answered_by_its_code(
    desk: Desk, query: dict[str, Any]
) -> None:
    status, found = await post(desk, asked(RIYADH, [{"kind": "deadline", "start": START, **query}]))
    assert (status, found) == (200, {"answers": [{"error": "invalid_duration"}]})


@pytest.mark.parametrize("year", ["0001", "1899", "2201", "9999"])
@pytest.mark.parametrize("place", ["query", "end", "event", "as_of"])
async def test_instants_of_other_ages_are_refused(desk: Desk, year: str, place: str) -> None:
    moment = f"{year}-01-01T00:00:00Z"
    body = story(ALWAYS, events(3), at(5))
    if place == "query":
        body = asked(ALWAYS, [{**DEADLINE, "start": moment}])
    elif place == "end":
        body = asked(ALWAYS, [{"kind": "elapsed", "start": START, "end": moment}])
    elif place == "event":
        body["events"][0]["at"] = moment
    else:
        body["as_of"] = moment
    status, found = await post(desk, body)
    assert (status, found["code"]) == (422, "validation_failed")


@pytest.mark.parametrize(
    "body",
    [
        asked(RIYADH, [{"kind": "deadline", "start": "2026-02-17T12:00:00"}]),
        asked(RIYADH, [{"kind": "deadline", "start": 10**30}]),
        asked(RIYADH, [{**DEADLINE, "direction": "sideways"}]),
        asked(RIYADH, [{**DEADLINE, "extra": 1}]),
        asked(RIYADH, [DEADLINE] * 1001),
        asked(RIYADH, [7]),
        asked(RIYADH, {"0": DEADLINE}),
        story(RIYADH, events(3), at(5), -5),
        story(RIYADH, events(3), at(5), 10**11),
        story(RIYADH, events(3), at(5), 1.5),
        story(RIYADH, events(3), at(5), "60"),
        story(RIYADH, events(3), at(5), True),
        story(RIYADH, [{"at": START, "type": "status", "to": 7}], at(5)),
        story(RIYADH, events(1001), at(5)),
        story(RIYADH, events(3), "soon"),
        {"calendar": RIYADH, "policy": {"targets": []}},
        {"calendar": RIYADH, "policy": {"targets": {str(n): {} for n in range(1001)}}},
        {"queries": [DEADLINE]},
        [],
        7,
        None,
    ],
)
async def test_a_body_of_another_shape_is_refused(desk: Desk, body: Any) -> None:
    status, found = await post(desk, body)
    assert (status, found["code"]) == (422, "validation_failed"), found


@pytest.mark.parametrize(
    "raw",
    [
        b'{"calendar": NaN}',
        b'{"calendar": {"timezone": "UTC", "weekly": {"sun": [[Infinity, 1]]}}}',
        b'{"calendar": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"calendar": ' + b'{"a":' * 100 + b"1" + b"}" * 100 + b"}",
        b'{"calendar": {"timezone": "\\u0000"}}',
        b'{"calendar": {"timezone": "\\ud800"}}',
        b'{"calendar": ' + b"1" * 400 + b"}",
        b"{",
        b"\xff\xfe",
        b"",
    ],
)
async def test_what_is_no_sound_json_is_refused(desk: Desk, raw: bytes) -> None:
    headers = Person().headers(desk.context.clock.now())
    headers["Content-Type"] = "application/json"
    answer = await desk.http.post("/v1/sla/simulate", content=raw, headers=headers)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["code"] in {"validation_failed", "bad_request"}


async def test_events_out_of_order_and_twice_mean_the_same(desk: Desk) -> None:
    happened = events(9)
    _, straight = await post(desk, story(RIYADH, happened, at(40)))
    _, shuffled = await post(desk, story(RIYADH, happened[::-1], at(40)))
    _, doubled = await post(desk, story(RIYADH, [happened[0], *happened], at(40)))
    assert straight == shuffled == doubled


async def test_a_question_too_large_is_refused_with_words(desk: Desk) -> None:
    status, found = await post(desk, asked(CAIRO_NIGHTS, far(1000, duration_seconds=10**9)))
    assert (status, found["errors"][0]["code"]) == (422, "too_much_work")


def test_a_policy_may_not_be_a_number() -> None:
    with pytest.raises(ValidationError):
        SimulationIn.model_validate({"calendar": RIYADH, "policy": 7})


async def test_a_target_that_is_never_due_is_refused(desk: Desk) -> None:
    far = {"targets": {"P1": {"resolution": 10**10}}}
    told = {"at": START, "type": "created", "priority": "P1", "status": "new"}
    for policy, status in ((far, 422), ({"targets": {"P1": {"resolution": 10**7}}}, 200)):
        body = {**asked(RIYADH, []), "policy": policy, "events": [told], "as_of": START}
        found = await post(desk, body)
        assert found[0] == status, found
    assert (await post(desk, {**body, "policy": far}))[1]["errors"][0]["code"] == (
        "invalid_duration"
    )
