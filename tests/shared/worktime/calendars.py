"""Random calendars and instants near clock changes, for the properties."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.shared.worktime.walk import NAMES

NEAR_CHANGES = {
    "Africa/Cairo": ("2026-04-24", "2026-10-30"),
    "Asia/Beirut": ("2026-03-29", "2026-10-25"),
    "Africa/Casablanca": ("2026-02-15", "2026-03-22"),
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "America/St_Johns": ("2009-03-08", "2009-11-01"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "Pacific/Apia": ("2011-12-30",),
    "Asia/Riyadh": ("2026-02-18", "2026-03-20"),
    "Asia/Kathmandu": ("2026-05-01",),
    "Asia/Gaza": ("2026-03-28", "2026-10-24"),
    "Asia/Amman": ("2022-02-25", "2022-10-28"),
    "Asia/Tehran": ("2022-03-22", "2022-09-22"),
    "America/Santiago": ("2026-04-05", "2026-09-06"),
    "Antarctica/Troll": ("2026-03-29", "2026-10-25"),
}


def _text(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


times = st.one_of(
    st.sampled_from((0, 1, 30, 60, 90, 120, 150, 180, 540, 1020, 1320, 1380, 1410, 1439)),
    st.integers(0, 1439),
)
windows = st.lists(
    st.tuples(times, st.one_of(times, st.just(1440))).map(lambda p: [_text(p[0]), _text(p[1])]),
    max_size=3,
)
weeks = st.dictionaries(st.sampled_from(NAMES), windows, max_size=7)


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], datetime]:
    """A calendar in plain data, and an instant within three days of a change of its zone."""
    name = draw(st.sampled_from(sorted(NEAR_CHANGES)))
    change = date.fromisoformat(draw(st.sampled_from(NEAR_CHANGES[name])))
    near = st.integers(-3, 3).map(lambda n: (change + timedelta(days=n)).isoformat())
    first, last = sorted((draw(near), draw(near)))
    status = st.sampled_from(("confirmed", "confirmed", "tentative"))
    rows = st.builds(
        lambda day, said: {"date": day, "id": f"h-{day}", "status": said}, near, status
    )
    data: dict[str, Any] = {
        "timezone": name,
        "weekly": draw(weeks),
        "holidays": draw(st.lists(st.one_of(near, rows), max_size=3)),
        "seasons": draw(st.sampled_from(([], [{"from": first, "to": last, "weekly": {}}]))),
        "overrides": draw(st.dictionaries(near, windows, max_size=2)),
        "breaks": draw(st.dictionaries(near, windows, max_size=2)),
        "always_open": draw(st.sampled_from((False, False, False, True))),
    }
    if data["seasons"]:
        data["seasons"] = [
            {"from": first, "to": last, "weekly": draw(weeks), "status": draw(status)}
        ]
    start = datetime(change.year, change.month, change.day, tzinfo=UTC)
    return data, start + timedelta(minutes=draw(st.integers(-3 * 1440, 3 * 1440)))
