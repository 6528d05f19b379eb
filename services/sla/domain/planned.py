"""Holidays and seasons of a calendar document: what is announced, what waits for a human yes.

Rows stay the plain JSON that people wrote; a holiday may be a bare date. Everything here takes a
document and answers another one (sla.md 5.11).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from services.sla.domain.words import ItemKind
from shared.vocabulary import Localized

Document = Mapping[str, Any]
Row = dict[str, Any]

NOTICE: Final = timedelta(days=2)
"""How long before its first day an unconfirmed item becomes somebody's task."""

_DAY_OF_FEAST: Final = re.compile(r"([a-z_]+-\d{4})-\d{1,2}")
"""The ids that `feasts` gives to the days of one feast."""
_LISTS: Final = {ItemKind.HOLIDAY: "holidays", ItemKind.SEASON: "seasons"}


@dataclass(frozen=True, slots=True)
class Item:
    """One holiday or season of a document; `place` is its index in its list."""

    kind: ItemKind
    place: int
    id: str
    first: date
    last: date
    tentative: bool
    row: Row

    @property
    def title(self) -> Localized | None:
        """Its name for people."""
        name = self.row.get("name") or None
        return Localized(ar=name, en=name) if isinstance(name, str) else name

    @property
    def task_on(self) -> date:
        """The day from which its confirmation is urgent."""
        return self.first - NOTICE

    @property
    def feast(self) -> tuple[ItemKind, str]:
        """What it is a day of; of most items, itself."""
        day = _DAY_OF_FEAST.fullmatch(self.id)
        return self.kind, day[1] if day else self.id

    @property
    def mark(self) -> str:
        """The same item on the same dates, in whatever version."""
        return f"{self.kind}:{self.id}:{self.first}:{self.last}"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which tentative items are meant, and by how many days they move."""

    ids: frozenset[str]
    dates: frozenset[date]
    move: timedelta

    def means(self, item: Item) -> bool:
        return item.id in self.ids or any(item.first <= day <= item.last for day in self.dates)


class Overlap(ValueError):
    """Two confirmed seasons share dates; `place` is the later one's index."""

    def __init__(self, place: int) -> None:
        super().__init__("seasons overlap")
        self.place = place


def items(document: Document) -> Iterator[Item]:
    """Every holiday and season of a sound document."""
    for kind, name in _LISTS.items():
        for place, row in enumerate(document.get(name) or ()):
            yield _item(kind, place, {"date": row} if isinstance(row, str) else row)


def tentative(document: Document) -> list[Item]:
    return [item for item in items(document) if item.tentative]


def chosen(document: Document, choice: Choice) -> list[Item]:
    return [item for item in items(document) if choice.means(item)]


def confirmed(document: Document, choice: Choice) -> Row | None:
    """The document with the chosen tentative items confirmed, each moved on its own dates.

    A sighting moves all days of a feast, whichever of them it was said of: one alone would land
    upon the next. None when nothing changes: a second yes is the same as one.
    """
    waiting = [item for item in chosen(document, choice) if item.tentative]
    if not waiting:
        return None
    if choice.move:
        feasts = {item.feast for item in waiting}
        waiting = [item for item in tentative(document) if item.feast in feasts]
    changed = {name: list(document.get(name) or ()) for name in _LISTS.values()}
    for item in waiting:
        changed[_LISTS[item.kind]][item.place] = _moved(item, choice.move)
    return {**document, **changed}


def merged(document: Document, additions: Iterable[tuple[ItemKind, Row]]) -> tuple[Row, list[Row]]:
    """The document with the rows whose ids it does not know yet, and those rows.

    What a person has confirmed, moved or edited keeps its id and is never imported over.
    """
    known = {(item.kind, item.id) for item in items(document)}
    lists = {name: list(document.get(name) or ()) for name in _LISTS.values()}
    added: list[Row] = []
    for kind, row in additions:
        if (kind, row["id"]) in known:
            continue
        known.add((kind, row["id"]))
        lists[_LISTS[kind]].append(row)
        added.append(row)
    lists["holidays"].sort(key=_day_of)
    return {**document, **lists}, added


def require_one_season_a_day(document: Document) -> None:
    """Raises `Overlap` where two confirmed seasons claim a date: nobody could say which rules."""
    seasons = [i for i in items(document) if i.kind is ItemKind.SEASON and not i.tentative]
    seasons.sort(key=lambda item: (item.first, item.place))
    for earlier, later in pairwise(seasons):
        if later.first <= earlier.last:
            raise Overlap(later.place)


def newly_tentative(document: Document, before: Document) -> tuple[list[Item], Collection[str]]:
    """What waits for a yes since this version, and the marks of what waits no more."""
    old = {item.mark for item in tentative(before)}
    now = tentative(document)
    return [item for item in now if item.mark not in old], old - {item.mark for item in now}


def _item(kind: ItemKind, place: int, row: Row) -> Item:
    holiday = kind is ItemKind.HOLIDAY
    first = date.fromisoformat(row["date"] if holiday else row["from"])
    last = first if holiday else date.fromisoformat(row["to"])
    name = row.get("name")
    named = name.get("en") if isinstance(name, dict) else name
    fallback = first.isoformat() if holiday else f"{named or 'season'}-{first.isoformat()}"
    waits = row.get("status", "confirmed") == "tentative"
    return Item(kind, place, str(row.get("id") or fallback), first, last, waits, row)


def _moved(item: Item, move: timedelta) -> Row:
    first, last = (item.first + move).isoformat(), (item.last + move).isoformat()
    dates = {"date": first} if item.kind is ItemKind.HOLIDAY else {"from": first, "to": last}
    return {**item.row, **dates, "status": "confirmed"}


def _day_of(row: str | Row) -> str:
    return row if isinstance(row, str) else str(row["date"])
