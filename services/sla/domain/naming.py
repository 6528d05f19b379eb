"""Names of what a calendar's document refers to: holidays and seasons, in both languages."""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.vocabulary import Localized

Names = Mapping[tuple[str, str], Localized]
"""By reason and ref of a ledger line."""


def names_of(document: Mapping[str, Any]) -> dict[tuple[str, str], Localized]:
    """What the lines of a ledger on this calendar can be called."""
    return dict(_named(document))


def says(name: str, kind: str) -> bool:
    """Whether a name already says what it names: `Eid al-Fitr Holiday` is a holiday."""
    return kind.casefold() in name.casefold()


def _named(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Localized]]:
    for holiday in document.get("holidays") or ():
        if isinstance(holiday, Mapping):
            ref = holiday.get("id") or holiday.get("date")
            yield from _name("holiday", ref, holiday.get("name"))
    for season in document.get("seasons") or ():
        if isinstance(season, Mapping):
            name = season.get("name")
            title = name.get("en") if isinstance(name, Mapping) else name
            yield from _name("season", season.get("id") or title, name)


def _name(reason: str, ref: Any, name: Any) -> Iterator[tuple[tuple[str, str], Localized]]:
    if isinstance(name, str) and name:
        yield (reason, str(ref)), Localized(ar=name, en=name)
    elif isinstance(name, Mapping):
        ar, en = name.get("ar"), name.get("en")
        if ar or en:
            yield (reason, str(ref)), Localized(ar=str(ar or en), en=str(en or ar))
