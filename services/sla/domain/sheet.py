"""A report as a spreadsheet reads it: RFC 4180, headings in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from services.sla.domain.attainment import PERCENTILES, Figures, Grouping
from services.sla.domain.wording import METRICS
from shared.reporting.sheet import table
from shared.vocabulary import Locale, Localized, Metric

_GROUPINGS: Final[Mapping[Grouping, Localized]] = {
    Grouping.PRIORITY: Localized(ar="الأولوية", en="priority"),
    Grouping.DEPARTMENT: Localized(ar="القسم", en="department"),
    Grouping.ORGANIZATION: Localized(ar="المؤسسة", en="organization"),
    Grouping.AGENT: Localized(ar="الموظف", en="agent"),
    Grouping.CONTRACT: Localized(ar="العقد", en="contract"),
    Grouping.MONTH: Localized(ar="الشهر", en="month"),
}
_PLACES: Final = ("group", "subgroup")
_METRIC: Final = Localized(ar="المقياس", en="metric")
_TOTAL: Final = Localized(ar="الإجمالي", en="total")
_FIGURES: Final = (
    Localized(ar="الوعود", en="tickets"),
    Localized(ar="المُوفى بها", en="met"),
    Localized(ar="حالات الإخلال", en="breached"),
    Localized(ar="المعذورة منها", en="excused"),
    Localized(ar="الجارية", en="open"),
    Localized(ar="نسبة الالتزام", en="attainment"),
    Localized(ar="نسبة الالتزام بعد قبول الأعذار", en="attainment_excused"),
    Localized(ar="حالات الإخلال الملغاة", en="voided"),
    Localized(ar="الوقت المحتسب (ثانية)", en="counted_seconds"),
    Localized(ar="وقت التوقف المؤقت (ثانية)", en="paused_seconds"),
    Localized(ar="نسبة التوقف المؤقت", en="pause_share"),
    Localized(ar="أُعيد فتحها", en="reopened"),
    Localized(ar="نسبة إعادة الفتح", en="reopen_rate"),
)
"""English headings are the names that the same figures have in JSON, so that programs may rely on
them; Arabic ones are words for a reader.
"""
_SPANS: Final[Mapping[str, Localized]] = {
    "percentiles": Localized(ar="المئين {n} (ثانية)", en="p{n}"),
    "last_response": Localized(ar="المئين {n} لآخر رد (ثانية)", en="last_response_p{n}"),
}


def sheet(
    by: Sequence[Grouping], items: Iterable[Figures], totals: Iterable[Figures], locale: Locale
) -> str:
    """One line a group and metric, then one a metric over all of them."""
    blank = ["" for _ in by[1:]]
    return table(
        [
            _headings(by, locale),
            *([*(one["groups"][g.value] for g in by), *_cells(one, locale)] for one in items),
            *([_TOTAL[locale.value], *blank, *_cells(total, locale)] for total in totals),
        ]
    )


def _headings(by: Sequence[Grouping], locale: Locale) -> list[str]:
    named = [_GROUPINGS[one][locale.value] for one in by]
    groups = named if locale is Locale.AR else list(_PLACES[: len(by)])
    spans = [
        text[locale.value].format(n=name.removeprefix("p"))
        for text in _SPANS.values()
        for name in PERCENTILES
    ]
    return [*groups, _METRIC[locale.value], *(one[locale.value] for one in _FIGURES), *spans]


def _cells(item: Figures, locale: Locale) -> list[Any]:
    metric = Metric(item["metric"])
    named = METRICS[metric]["ar"] if locale is Locale.AR else metric.value
    spans = [(item[kind] or {}).get(name) for kind in _SPANS for name in PERCENTILES]
    return [named, *(item[one["en"]] for one in _FIGURES), *spans]
