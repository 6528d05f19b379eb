"""Figures of reports by plain Python over the facts of a small desk; shares no code with them."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
LIVE = {"new", "open", "waiting_customer", "waiting_third_party"}
AWAY = {"merged", "spam"}
"""From where a ticket comes back as if it had never been there."""


@dataclass
class Part:
    """From an opening or reopening to what ended it."""

    ticket: "Tale"
    cycle: int
    began: datetime
    ended: datetime | None = None
    by: str | None = None
    resolved: datetime | None = None
    closed: datetime | None = None
    department: str = ""
    agent: str | None = None
    score: int | None = None


@dataclass
class Tale:
    """One ticket as its facts tell it."""

    facts: list[tuple[str, datetime, dict[str, Any]]]
    shown: dict[str, Any]
    counted: int | None = None
    parts: list[Part] = field(default_factory=list)
    answers: list[datetime] = field(default_factory=list)
    messages: int = 1

    def __post_init__(self) -> None:
        self.opened = self.facts[0][1]
        data = self.facts[0][2]
        department, agent = data["department_id"], data.get("assignee_id")
        self.parts = [Part(self, 0, self.opened)]
        for kind, at, data in self.facts[1:]:
            if kind == "ticket.assigned":
                agent = data["assignee_id"]
            elif kind == "ticket.department_changed":
                department = data["to_department_id"]
            elif kind == "ticket.feedback_given":
                self.parts[-1].score = data["score"]
            elif kind == "ticket.message_added" and data["public"]:
                self.messages += 1
                if data["author_kind"] == "staff":
                    self.answers.append(at)
            elif kind == "ticket.status_changed":
                solver = data["actor_id"] if data["to_status"] == "resolved" else None
                holder = (department, agent or solver)
                self._move(data["from_status"], data["to_status"], at, holder)
        if self.parts[-1].ended is None:
            self.parts[-1].department, self.parts[-1].agent = department, agent

    @property
    def answered(self) -> datetime | None:
        return min((at for at in self.answers if at >= self.opened), default=None)

    def take_in(self, other: "Tale") -> None:
        """What was said in a ticket goes where that is merged into."""
        self.messages, other.messages = self.messages + other.messages, 0
        self.answers, other.answers = self.answers + other.answers, []

    def _move(self, old: str, new: str, at: datetime, holder: tuple[str, str | None]) -> None:
        last = self.parts[-1]
        if new in LIVE and old in AWAY and last.by in AWAY:
            last.ended = last.by = None
            return
        if new in LIVE and old not in LIVE:
            self.parts.append(Part(self, len(self.parts), at))
            return
        if new in LIVE:
            return
        if last.ended is None:
            last.ended, last.by = at, new
            last.department, last.agent = holder
        if new == "resolved":
            last.resolved = last.resolved or at
        if new == "closed":
            last.closed = last.closed or at


Keys = Callable[[Part, datetime | None], Iterable[tuple[str | None, ...]]]


@dataclass
class Ledger:
    """Answers what a report would answer."""

    tales: list[Tale]
    start: datetime
    end: datetime
    zone: ZoneInfo
    by: tuple[str, ...] = ()

    @property
    def parts(self) -> list[Part]:
        return [part for tale in self.tales for part in tale.parts]

    def during(self, at: datetime | None) -> bool:
        return at is not None and self.start <= at < self.end

    def keys(self, part: Part, at: datetime) -> list[tuple[str | None, ...]]:
        """The groups of a part; a ticket stands under each of its tags."""
        found: list[tuple[str | None, ...]] = [()]
        for one in self.by:
            found = [(*key, value) for key in found for value in self._values(part, one, at)]
        return found

    def _values(self, part: Part, by: str, at: datetime) -> list[str | None]:
        local = at.astimezone(self.zone).date()
        sunday = local - timedelta(days=(local.weekday() + 1) % 7)
        shown = part.ticket.shown
        known: dict[str, str | None] = {
            "department": part.department,
            "agent": part.agent,
            "organization": shown["organization_id"],
            "channel": shown["channel"],
            "priority": shown["priority"],
            "day": str(local),
            "week": str(sunday),
            "month": str(local)[:7],
        }
        return (shown["tags"] or [None]) if by == "tag" else [known[by]]

    def report(self, metric: str) -> tuple[dict[Any, Any], dict[str, Any]]:
        """Figures by group, and of all."""
        make: Callable[[list[Any]], dict[str, Any]] = getattr(self, f"_{metric}")
        entries = [*getattr(self, f"_{metric}_entries")()]
        grouped: dict[Any, list[Any]] = defaultdict(list)
        for part, at, entry in entries:
            for key in self.keys(part, at):
                grouped[key].append(entry)
        whole = make([entry for _, _, entry in entries])
        return {key: make(found) for key, found in grouped.items()} if self.by else {}, whole

    def _volume_entries(self) -> Iterable[tuple[Part, datetime, str]]:
        for part in self.parts:
            happened = {
                "reopened" if part.cycle else "opened": part.began,
                "resolved": part.resolved,
                "closed": part.closed,
                "merged": part.ended if part.by == "merged" else None,
            }
            for name, at in happened.items():
                if at is not None and self.during(at):
                    yield part, at, name

    def _volume(self, names: list[str]) -> dict[str, Any]:
        kinds = ("opened", "reopened", "resolved", "closed", "merged")
        return {kind: names.count(kind) for kind in kinds}

    def _first_response_entries(self) -> Iterable[tuple[Part, datetime, Part]]:
        return ((p, p.began, p) for p in self.parts if not p.cycle and self.during(p.began))

    def _first_response(self, parts: list[Part]) -> dict[str, Any]:
        spans = [int(rounded(p.ticket.answered - p.began)) for p in parts if p.ticket.answered]
        answered = [p.ticket for p in parts if p.ticket.answered]
        counted = [tale.counted for tale in answered if tale.counted is not None]
        return {
            "tickets": len(parts),
            "answered": len(spans),
            "waiting": sum(not p.ticket.answered and p.ended is None for p in parts),
            "median_seconds": percentile(spans, 0.5),
            "p90_seconds": percentile(spans, 0.9),
            "business_median_seconds": percentile(counted, 0.5),
            "business_p90_seconds": percentile(counted, 0.9),
        }

    def _resolution_entries(self) -> Iterable[tuple[Part, datetime, Part]]:
        return ((p, p.resolved, p) for p in self.parts if p.resolved and self.during(p.resolved))

    _reopening_entries = _feedback_entries = _resolution_entries

    def _resolution(self, parts: list[Part]) -> dict[str, Any]:
        spans = [int(rounded(p.resolved - p.ticket.opened)) for p in parts if p.resolved]
        return {
            "resolved": len(parts),
            "median_seconds": percentile(spans, 0.5),
            "p90_seconds": percentile(spans, 0.9),
            "business_median_seconds": None,
            "business_p90_seconds": None,
        }

    def _reopening(self, parts: list[Part]) -> dict[str, Any]:
        again = sum(p is not p.ticket.parts[-1] for p in parts)
        return {"resolved": len(parts), "reopened": again, "rate": part_of(again, len(parts))}

    def _feedback(self, parts: list[Part]) -> dict[str, Any]:
        scores = [p.score for p in parts if p.score is not None]
        good = sum(score >= 4 for score in scores)
        return {
            "resolved": len(parts),
            "rated": len(scores),
            "answer_rate": part_of(len(scores), len(parts)),
            "average": round(sum(scores) / len(scores), 2) if scores else None,
            "good": good,
            "good_share": part_of(good, len(scores)),
            **{f"score_{n}": scores.count(n) for n in range(1, 6)},
        }

    _messages_entries = _first_response_entries

    def _messages(self, parts: list[Part]) -> dict[str, Any]:
        counts = [p.ticket.messages for p in parts]
        return {
            "tickets": len(parts),
            "messages": sum(counts),
            "average": round(sum(counts) / len(counts), 2) if counts else None,
            "median": percentile(counts, 0.5),
            "p90": percentile(counts, 0.9),
        }

    def backlog_at(self, moment: datetime) -> dict[str, Any]:
        """Everything that lived at an instant."""
        ages = [
            moment - p.ticket.opened
            for p in self.parts
            if p.began < moment and (p.ended is None or p.ended >= moment)
        ]
        ends = [timedelta(), DAY, 3 * DAY, 7 * DAY, 30 * DAY, timedelta.max]
        names = ("under_1d", "under_3d", "under_7d", "under_30d", "over_30d")
        buckets = {
            name: sum(low <= age < high for age in ages)
            for name, low, high in zip(names, ends, ends[1:], strict=False)
        }
        oldest = int(rounded(max(ages))) if ages else None
        return {"tickets": len(ages), **buckets, "oldest_seconds": oldest}


def rounded(span: timedelta) -> float:
    """To whole seconds as the database rounds."""
    seconds = span.total_seconds()
    return math.floor(seconds + 0.5) if seconds % 1 != 0.5 else round(seconds)


def percentile(values: list[int], share: float) -> int | None:
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def part_of(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
