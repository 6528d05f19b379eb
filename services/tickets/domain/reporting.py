"""What may be asked of reports, and figures out of sums; `docs/reports.md` says what each means."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.reporting.spans import Cut, Step, after, cuts, share
from shared.vocabulary import Channel, Priority

Row = Mapping[str, Any]
Figures = dict[str, Any]

MOST_GROUPINGS: Final = 2
MOST_CUTS: Final = 2_000


class Measure(StrEnum):
    """What a report tells."""

    VOLUME = "volume"
    BACKLOG = "backlog"
    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"
    REOPENING = "reopening"
    FEEDBACK = "feedback"
    MESSAGES = "messages"


class Grouping(StrEnum):
    """What a report may be cut by."""

    DEPARTMENT = "department"
    AGENT = "agent"
    ORGANIZATION = "organization"
    CHANNEL = "channel"
    PRIORITY = "priority"
    TAG = "tag"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


TIMES: Final = frozenset({Grouping.DAY, Grouping.WEEK, Grouping.MONTH})


NAMED: Final = frozenset({Grouping.DEPARTMENT, Grouping.AGENT, Grouping.ORGANIZATION})
"""Groups that are ids and have names."""


class WordRefused(Exception):
    """No word of ours, or too many at once."""


@dataclass(frozen=True)
class Filters:
    """Which tickets; all that is given must hold."""

    organization_id: UUID | None = None
    department_id: UUID | None = None
    assignee_id: UUID | None = None
    priority: Priority | None = None
    channel: Channel | None = None
    tag: str | None = None


@dataclass(frozen=True)
class Question:
    """What is asked, of which span, cut by what."""

    start: datetime
    end: datetime
    now: datetime
    zone: ZoneInfo
    measures: tuple[Measure, ...] = (Measure.VOLUME,)
    by: tuple[Grouping, ...] = ()
    filters: Filters = Filters()

    @property
    def time(self) -> Grouping | None:
        """The grouping by time, if there is one."""
        return next((one for one in self.by if one in TIMES), None)

    def cuts(self) -> tuple[Cut, ...]:
        """The days, weeks or months of the span."""
        return cuts(Step(self.time), self.start, self.end, self.zone) if self.time else ()

    def instants(self) -> tuple[datetime, ...]:
        """When the backlog is looked at: at the end of each cut, else of the span; never ahead."""
        last = min(self.end, self.now)
        ends = [min(after(cut, self.zone), last) for cut in self.cuts() if cut.begins < last]
        return tuple(dict.fromkeys(ends)) or (last,)

    def whole(self) -> "Question":
        """The same without groups."""
        return replace(self, by=())


def measures(text: str) -> tuple[Measure, ...]:
    """`volume,feedback`: one or more, in their order."""
    names = _names(text)
    if not names or not set(names) <= set(Measure):
        raise WordRefused
    return tuple(map(Measure, names))


def groupings(text: str) -> tuple[Grouping, ...]:
    """None, one or two; time at most once."""
    names = _names(text)
    if not set(names) <= set(Grouping) or len(names) > MOST_GROUPINGS:
        raise WordRefused
    found = tuple(map(Grouping, names))
    if len(TIMES.intersection(found)) > 1:
        raise WordRefused
    return found


def _names(text: str) -> list[str]:
    stripped = (part.strip() for part in text.split(","))
    return list(dict.fromkeys(stripped)) if text.strip() else []


def groups(row: Row, question: Question, names: Sequence[str]) -> dict[str, str | None]:
    """Which group a row is; `names` are those of the cuts."""
    values = (row["g1"], row["g2"])[: len(question.by)]
    return {
        by.value: _name(by, value, names) for by, value in zip(question.by, values, strict=True)
    }


def _name(by: Grouping, value: Any, names: Sequence[str]) -> str | None:
    if value is None:
        return None
    return names[int(value) - 1] if by in TIMES else str(value)


def figures(measure: Measure, row: Row) -> Figures:
    """The figures of one group out of its sums."""
    return _FIGURES[measure](row)


AGES: Final = ("under_1d", "under_3d", "under_7d", "under_30d", "over_30d")
"""Where the buckets of the backlog's age end, each beginning where the one before ends."""
SCORES: Final = ("score_1", "score_2", "score_3", "score_4", "score_5")


def _volume(row: Row) -> Figures:
    return _counts(row, "opened", "reopened", "resolved", "closed", "merged")


def _backlog(row: Row) -> Figures:
    return {**_counts(row, "tickets", *AGES), "oldest_seconds": _whole(row["oldest"])}


def _first_response(row: Row) -> Figures:
    return {**_counts(row, "tickets", "answered", "waiting"), **_spans(row)}


def _resolution(row: Row) -> Figures:
    return {**_counts(row, "resolved"), **_spans(row)}


def _reopening(row: Row) -> Figures:
    found = _counts(row, "resolved", "reopened")
    return {**found, "rate": share(found["reopened"], found["resolved"])}


def _feedback(row: Row) -> Figures:
    found = _counts(row, "resolved", "rated", *SCORES)
    total = sum(score * found[name] for score, name in enumerate(SCORES, 1))
    good = found["score_4"] + found["score_5"]
    return {
        "resolved": found["resolved"],
        "rated": found["rated"],
        "answer_rate": share(found["rated"], found["resolved"]),
        "average": round(total / found["rated"], 2) if found["rated"] else None,
        "good": good,
        "good_share": share(good, found["rated"]),
        **{name: found[name] for name in SCORES},
    }


def _messages(row: Row) -> Figures:
    found = _counts(row, "tickets", "messages")
    tickets, messages = found["tickets"], found["messages"]
    median, most = row["spans"] or (None, None)
    average = round(messages / tickets, 2) if tickets else None
    return {**found, "average": average, "median": _whole(median), "p90": _whole(most)}


def _counts(row: Row, *names: str) -> dict[str, int]:
    return {name: int(row[name] or 0) for name in names}


def _spans(row: Row) -> Figures:
    plain, counted = row["spans"] or (None, None), row["counted"] or (None, None)
    return {
        "median_seconds": _whole(plain[0]),
        "p90_seconds": _whole(plain[1]),
        "business_median_seconds": _whole(counted[0]),
        "business_p90_seconds": _whole(counted[1]),
    }


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


_FIGURES: Final[Mapping[Measure, Callable[[Row], Figures]]] = {
    Measure.VOLUME: _volume,
    Measure.BACKLOG: _backlog,
    Measure.FIRST_RESPONSE: _first_response,
    Measure.RESOLUTION: _resolution,
    Measure.REOPENING: _reopening,
    Measure.FEEDBACK: _feedback,
    Measure.MESSAGES: _messages,
}


def names_of(measure: Measure) -> tuple[str, ...]:
    """The figures of a measure, in their order."""
    return tuple(figures(measure, _Nothing()))


class _Nothing(dict[str, Any]):
    def __missing__(self, key: str) -> None:
        return None
