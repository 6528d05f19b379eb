"""Days of a calendar as people read them: when it opens, why it does not, in both calendars."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from services.sla.domain.dates import hijri, written
from services.sla.domain.naming import says
from shared.vocabulary import WEEKDAYS, Localized
from shared.worktime import SECOND, Micros, Rule, Timeline, elapsed

_EPOCH: Final = date(1970, 1, 1).toordinal()
_DAY: Final = 86_400
_REASONS: Final = {
    "weekly": Localized(ar="الساعات الأسبوعية", en="weekly hours"),
    "season": Localized(ar="موسم", en="season"),
    "holiday": Localized(ar="عطلة", en="holiday"),
    "override": Localized(ar="ساعات هذا اليوم وحده", en="hours of this day alone"),
    "always_open": Localized(ar="مفتوح على مدار الساعة", en="open around the clock"),
}
_CLOSED: Final = Localized(ar="مغلق", en="closed")
_NIGHT: Final = Localized(
    ar="ولا تمتد إليه نوبة الليلة السابقة ({why})",
    en="no night shift from the day before ({why})",
)
_CHANGED: Final = Localized(ar="تتغيّر الساعة في هذا اليوم", en="the clocks change on this day")


def days(timeline: Timeline, first: date, last: date) -> Iterator[dict[str, Any]]:
    """Each local date from `first` to `last`, both included."""
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield _day(timeline, ordinal - _EPOCH, date.fromordinal(ordinal))


def _day(timeline: Timeline, number: int, day: date) -> dict[str, Any]:
    start, end = timeline.resolve(number, 0), timeline.resolve(number + 1, 0)
    calendar = timeline.in_force(number)
    rule = calendar.rule(number)
    windows = [(_clock(p.start), _clock(p.end)) for p in calendar.wall(number) if p.open]
    night = calendar.cancelled(number)
    if night is not None and not windows and rule.reason != "override":
        rule, night = night, None
    change = (end - start) // SECOND - _DAY
    return {
        "date": day,
        "hijri": iso(day),
        "weekday": WEEKDAYS[day.weekday()],
        "written": written(day),
        "open": bool(windows),
        "windows": windows,
        "seconds": elapsed(timeline, start, end) // SECOND,
        "reason": rule.reason,
        "ref": rule.ref,
        "name": rule.title,
        "clock_change_seconds": change,
        "text": _text(written(day), windows, rule, _more(night, changed=change != 0)),
    }


def iso(day: date) -> str | None:
    """The Hijri date in figures: `1447-10-01`."""
    found = hijri(day)
    return None if found is None else "{:04}-{:02}-{:02}".format(*found)


def _text(
    day: Localized, windows: list[tuple[str, str]], rule: Rule, more: list[Localized]
) -> Localized:
    hours = [f"{opening}–{closing}" for opening, closing in windows]
    spoken = Localized(
        ar="، ".join(f"\u2068{one}\u2069" for one in hours) or _CLOSED["ar"],
        en=", ".join(hours) or _CLOSED["en"],
    )
    why = _because(rule)
    ar = "، ".join([f"{day['ar']}: {spoken['ar']} ({why['ar']})", *(one["ar"] for one in more)])
    en = ", ".join([f"{day['en']}: {spoken['en']} ({why['en']})", *(one["en"] for one in more)])
    return Localized(ar=f"{ar}.", en=f"{en}.")


def _more(night: Rule | None, *, changed: bool) -> list[Localized]:
    """What else befell the day: a holiday took its first hours, the clocks change."""
    told = [_CHANGED] if changed else []
    if night is None:
        return told
    why = _because(night)
    ar, en = _NIGHT["ar"].format(why=why["ar"]), _NIGHT["en"].format(why=why["en"])
    return [Localized(ar=ar, en=en), *told]


def _because(rule: Rule) -> Localized:
    said, name = _REASONS[rule.reason], rule.title or Localized(ar="", en="")
    return Localized(ar=_once(said["ar"], name["ar"]), en=_once(said["en"], name["en"]))


def _once(reason: str, name: str) -> str:
    if not name:
        return reason
    return name if says(name, reason) else f"{reason}: {name}"


def _clock(at: Micros) -> str:
    minutes = at // (60 * SECOND)
    return f"{minutes // 60:02}:{minutes % 60:02}"
