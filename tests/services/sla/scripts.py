"""Random calendars, policies and scripts for the simulation, near clock changes of their zone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.services.sla.oracle import Desk, Story, stamp

Data = dict[str, Any]

NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHANGES = {
    "Asia/Riyadh": ("2026-02-18", "2026-03-20"),
    "Africa/Cairo": ("2026-04-24", "2026-10-30"),
    "Asia/Beirut": ("2026-03-29", "2026-10-25"),
    "Africa/Casablanca": ("2026-02-15", "2026-03-22"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "America/St_Johns": ("2009-03-08", "2009-11-01"),
    "Pacific/Apia": ("2011-12-30",),
    "Asia/Kathmandu": ("2026-05-01",),
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
}
DAY, HOUR = 86_400, 3_600

_minutes = st.one_of(
    st.sampled_from((0, 1, 30, 60, 90, 120, 150, 180, 540, 780, 1020, 1320, 1380, 1410, 1439)),
    st.integers(0, 1439),
)
_SHIFTS = (
    [["09:00", "17:00"]],
    [["09:00", "12:30"], ["13:30", "18:00"]],
    [["22:00", "06:00"]],
    [["16:00", "24:00"]],
    [["00:00", "24:00"]],
    [["00:00", "06:00"], ["22:00", "24:00"]],
)


def _text(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


_window = st.tuples(_minutes, st.one_of(_minutes, st.just(1440))).map(
    lambda pair: [_text(pair[0]), _text(pair[1])]
)
_windows = st.one_of(st.sampled_from(_SHIFTS), st.lists(_window, max_size=3))
_weeks = st.one_of(
    st.sampled_from(_SHIFTS).map(lambda shift: dict.fromkeys(("sun", "mon", "tue", "wed"), shift)),
    st.dictionaries(st.sampled_from(NAMES), _windows, max_size=7),
)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Data, int]:
    """A calendar as plain JSON, and the second around which its zone does something."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    change = date.fromisoformat(draw(st.sampled_from(CHANGES[zone])))
    near = st.integers(-4, 8).map(lambda n: (change + timedelta(days=n)).isoformat())
    first, last = sorted((draw(near), draw(near)))
    season = {"name": "ramadan", "from": first, "to": last, "weekly": draw(_weeks)}
    data = {
        "timezone": zone,
        "weekly": draw(_weeks),
        "holidays": draw(st.lists(near, max_size=2)),
        "seasons": draw(st.sampled_from(([], [season]))),
        "overrides": draw(st.dictionaries(near, _windows, max_size=2)),
        "breaks": draw(st.dictionaries(near, _windows, max_size=2)),
        "always_open": draw(st.sampled_from((False,) * 7 + (True,))),
    }
    return data, int(datetime(change.year, change.month, change.day, tzinfo=UTC).timestamp())


_offsets = st.one_of(
    st.integers(-3 * DAY, 9 * DAY),
    st.integers(-72, 216).map(lambda hours: hours * HOUR),
    st.integers(-6, 18).map(lambda half: half * DAY // 2),
)
"""Any second, and often whole hours, so that ties and exact ends are met."""

_amounts = st.one_of(
    st.integers(0, 40 * HOUR),
    st.sampled_from((0, 1, 60, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, 24 * HOUR)),
)


def text_of(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat().replace("+00:00", "Z")


@st.composite
def queries(draw: st.DrawFn, origin: int) -> list[Data]:
    def query() -> Data:
        start = text_of(origin + draw(_offsets))
        kind = draw(st.sampled_from(("after", "before", "days", "elapsed")))
        if kind == "elapsed":
            return {"kind": "elapsed", "start": start, "end": text_of(origin + draw(_offsets))}
        if kind == "days":
            return {"kind": "deadline", "start": start, "business_days": draw(st.integers(0, 6))}
        asked = {"kind": "deadline", "start": start, "duration_seconds": draw(_amounts)}
        return asked | ({} if kind == "after" and draw(st.booleans()) else {"direction": kind})

    return [query() for _ in range(draw(st.integers(1, 5)))]


PRIORITIES = ("P1", "urgent", "whenever")
STATUSES = ("fresh", "open", "parked", "asleep", "done", "shut", "elsewhere")
METRICS = ("first_response", "next_response", "resolution")


@st.composite
def policies(draw: st.DrawFn) -> Data:
    def row() -> Data:
        return {m: draw(st.one_of(_amounts, st.none())) for m in METRICS if draw(st.booleans())}

    few = st.lists(st.sampled_from(STATUSES), max_size=2)
    return {
        "targets": {p: row() for p in PRIORITIES if draw(st.integers(0, 4))},
        "pause_statuses": draw(st.one_of(st.just(["parked"]), st.just(["parked", "asleep"]), few)),
        "pause_metrics": draw(
            st.one_of(st.just(["resolution"]), st.lists(st.sampled_from(METRICS), max_size=3))
        ),
        "stop_statuses": draw(st.one_of(st.just(["done", "shut"]), few)),
        "next_response_starts": draw(
            st.sampled_from(("oldest_unanswered", "every_customer_message"))
        ),
        "resolve_counts_as_first_response": draw(st.booleans()),
    }


_KINDS = ("agent_reply", "customer_reply", "auto_reply", "status", "status", "priority")


_status = st.one_of(st.sampled_from(("parked", "done")), st.sampled_from(STATUSES))


def _brought(draw: st.DrawFn, kind: str) -> Data:
    """What an event of this kind says besides its time."""
    if kind == "created":
        return {"priority": draw(st.sampled_from(PRIORITIES)), "status": draw(_status)}
    if kind == "status":
        return {"to": draw(_status)}
    if kind == "priority":
        return {"to": draw(st.sampled_from(PRIORITIES))}
    return {"public": draw(st.sampled_from((True, True, False)))} if kind == "agent_reply" else {}


@st.composite
def scripts(draw: st.DrawFn, origin: int) -> list[Data]:
    """Events in any order: ties, repeats, notes, some before the ticket and some too late."""

    def event(kind: str) -> Data:
        return {"at": text_of(origin + draw(_offsets)), "type": kind} | _brought(draw, kind)

    found = [event(draw(st.sampled_from(_KINDS))) for _ in range(draw(st.integers(0, 12)))]
    opening = event("created") | {"at": text_of(origin + draw(st.integers(-72, 24)) * HOUR)}
    found.insert(draw(st.integers(0, len(found))), opening)
    if draw(st.integers(0, 9)) == 0:
        found.append(event("created"))
    if found and draw(st.integers(0, 3)) == 0:
        found.append(dict(draw(st.sampled_from(found))))
    return found


_ON_TIME = (
    "agent_reply",
    "customer_reply",
    "status",
    "status",
    "priority",
    "exact",
    "exact",
    "as_of",
)


@st.composite
def simulations(draw: st.DrawFn) -> tuple[Data, int]:
    """A whole request as it would come over the wire."""
    calendar, origin = draw(calendars())
    body = {
        "calendar": calendar,
        "queries": draw(queries(origin)),
        "policy": draw(policies()),
        "events": draw(scripts(origin)),
        "as_of": text_of(origin + draw(_offsets)),
    }
    for _ in range(draw(st.integers(0, 2))):
        _happen_on_time(draw, body, origin)
    return body, origin


def _happen_on_time(draw: st.DrawFn, body: Data, origin: int) -> None:
    """Something happens on the very second at which a target is used up, or just beside it."""
    desk = Desk(body["calendar"], origin)
    told = Story(desk, body["policy"], body["events"], stamp(body["as_of"])).answer()
    kind = draw(st.sampled_from(_ON_TIME))
    dues = [one["due"] for one in told.values() if isinstance(one["due"], int)]
    if kind == "exact":
        _promise_exactly(draw, body, told)
    elif dues:
        at = text_of(draw(st.sampled_from(dues)) + draw(st.sampled_from((-1, 0, 0, 0, 1))))
        _add(draw, body, kind, at)


def _promise_exactly(draw: st.DrawFn, body: Data, told: Data) -> None:
    """Another priority promises just what has been used up already."""
    metric, priority = draw(st.sampled_from(METRICS)), draw(st.sampled_from(PRIORITIES))
    amount = told[metric]["elapsed"] + draw(st.sampled_from((-1, 0, 0, 1)))
    body["policy"]["targets"].setdefault(priority, {})[metric] = max(0, amount)
    body["events"].append({"at": body["as_of"], "type": "priority", "to": priority})
    if draw(st.booleans()):
        body["as_of"] = text_of(stamp(body["as_of"]) + draw(st.sampled_from((1, HOUR, DAY))))


def _add(draw: st.DrawFn, body: Data, kind: str, at: str) -> None:
    if kind == "as_of":
        body["as_of"] = at
        return
    body["events"].append({"at": at, "type": kind} | _brought(draw, kind))
    if at > body["as_of"]:
        body["as_of"] = text_of(stamp(at) + draw(st.sampled_from((0, 1, HOUR, DAY))))
