"""A report as a spreadsheet reads it, headings in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from services.tickets.domain.reporting import NAMED, Grouping, Measure, Question, names_of
from services.tickets.domain.reportwords import FIGURES, GROUPINGS, MEASURES, TOTAL, word_of
from shared.reporting.sheet import table
from shared.vocabulary import Locale, Localized

Item = Mapping[str, Any]
_NAME: Final = Localized(ar="اسم {group}", en="{group}_name")


def sheet(question: Question, items: Iterable[Item], totals: Item, locale: Locale) -> str:
    """One line a group, then one over all of them; ids stand beside their names."""
    measures = question.measures
    places = len(_group_headings(question.by, locale))
    return table(
        [
            [*_group_headings(question.by, locale), *_headings(measures, locale)],
            *([*_groups(question.by, one, locale), *_cells(measures, one)] for one in items),
            [*_total(places, locale), *_cells(measures, totals)],
        ]
    )


def _group_headings(by: Sequence[Grouping], locale: Locale) -> list[str]:
    found: list[str] = []
    for one in by:
        word = GROUPINGS[one][locale.value]
        found.append(word)
        if one in NAMED:
            found.append(_NAME[locale.value].format(group=word))
    return found


def _headings(measures: Sequence[Measure], locale: Locale) -> list[str]:
    """`volume.opened`; in words: `حجم العمل: التي فُتحت`."""
    if locale is Locale.AR:
        return [
            f"{MEASURES[one]['ar']}: {FIGURES[name]['ar']}"
            for one in measures
            for name in names_of(one)
        ]
    return [f"{one}.{name}" for one in measures for name in names_of(one)]


def _groups(by: Sequence[Grouping], item: Item, locale: Locale) -> list[Any]:
    found: list[Any] = []
    for one in by:
        value = item["groups"][one.value]
        found.append(word_of(one, value, locale) if locale is Locale.AR else value)
        if one in NAMED:
            found.append(item["names"].get(one.value))
    return found


def _total(places: int, locale: Locale) -> list[str]:
    return [TOTAL[locale.value], *("" for _ in range(places - 1))] if places else []


def _cells(measures: Sequence[Measure], item: Item) -> list[Any]:
    return [(item[one.value] or {}).get(name) for one in measures for name in names_of(one)]
