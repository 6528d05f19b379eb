"""How promises were kept, in figures: what may be asked, and shares out of counts.

`docs/reports.md` says what each figure means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.reporting.spans import Step, cuts, share
from shared.vocabulary import Metric, Priority

Row = Mapping[str, Any]
Figures = dict[str, Any]

MOST_GROUPINGS: Final = 2
PERCENTILES: Final = ("p50", "p90", "p95")


class Grouping(StrEnum):
    """What a report may be cut by."""

    PRIORITY = "priority"
    DEPARTMENT = "department"
    ORGANIZATION = "organization"
    AGENT = "agent"
    CONTRACT = "contract"
    MONTH = "month"


class GroupingRefused(Exception):
    """No grouping of ours, or too many at once."""


@dataclass(frozen=True, slots=True)
class Month:
    """A civil month where the desk is, and the instant it begins at."""

    year: int
    number: int
    begins: datetime

    @property
    def name(self) -> str:
        return f"{self.year:04}-{self.number:02}"


@dataclass(frozen=True)
class Question:
    """Which promises, cut by what."""

    start: datetime
    end: datetime
    by: tuple[Grouping, ...] = (Grouping.PRIORITY,)
    months: tuple[Month, ...] = ()
    organization_id: UUID | None = None
    department_id: UUID | None = None
    assignee_id: UUID | None = None
    contract_id: UUID | None = None
    priority: Priority | None = None
    metric: Metric | None = None
    worst: int = field(default=10)


def groupings(text: str) -> tuple[Grouping, ...]:
    """`priority,month`: one or two, in their order."""
    names = dict.fromkeys(part.strip() for part in text.split(","))
    if not names.keys() <= set(Grouping) or len(names) > MOST_GROUPINGS:
        raise GroupingRefused
    return tuple(map(Grouping, names))


def months(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[Month, ...]:
    """Every month that `[start, end)` touches."""
    found = cuts(Step.MONTH, start, end, zone)
    return tuple(Month(one.first.year, one.first.month, one.begins) for one in found)


def figures(row: Row, question: Question) -> Figures:
    """One group's promises of one metric."""
    groups = _groups(row, question)
    met, breached, excused = row["met"], row["breached"], row["excused"]
    counted, paused = row["counted"], row["paused"]
    first, solved = row["metric"] == Metric.FIRST_RESPONSE, row["metric"] == Metric.RESOLUTION
    return {
        "group": next(iter(groups.values()), None),
        "groups": groups,
        "metric": row["metric"],
        "tickets": row["promises"],
        "met": met,
        "breached": breached,
        "excused": excused,
        "voided": row["voided"],
        "open": row["promises"] - met - breached,
        "attainment": share(met, met + breached),
        "attainment_excused": share(met + excused, met + breached),
        "counted_seconds": counted,
        "paused_seconds": paused,
        "pause_share": share(paused, counted + paused),
        "reopened": row["reopened"] if solved else None,
        "reopen_rate": share(row["reopened"], row["resolved"]) if solved else None,
        "percentiles": _percentiles(row["spans"]),
        "last_response": _percentiles(row["lasts"]) if first else None,
    }


def _groups(row: Row, question: Question) -> dict[str, str | None]:
    if row["total"]:
        return {}
    values = (row["g1"], row["g2"])[: len(question.by)]
    found = zip(question.by, values, strict=True)
    return {by.value: _name(by, value, question.months) for by, value in found}


def _name(by: Grouping, value: Any, cuts: Sequence[Month]) -> str | None:
    if value is None:
        return None
    return cuts[int(value) - 1].name if by is Grouping.MONTH else str(value)


def _percentiles(values: Sequence[int] | None) -> dict[str, int] | None:
    return dict(zip(PERCENTILES, values, strict=True)) if values else None
