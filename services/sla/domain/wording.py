"""The ledger in words: what was promised and where the time went, one sentence a day."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from services.sla.domain.dates import written
from services.sla.domain.daybook import Day, Kind
from services.sla.domain.naming import says
from services.sla.domain.verdicts import Afterwards, Outcome, Verdict
from shared.vocabulary import Localized, Metric
from shared.worktime import SECOND, Micros, Shift, Wall
from shared.worktime.instants import DAY, MINUTE, date_of
from shared.worktime.spans import business_days, span

Named = Callable[[str, str | None], Localized | None]
"""The name of what a closed line refers to: a holiday, a season."""

METRICS: Final[dict[Metric, Localized]] = {
    Metric.FIRST_RESPONSE: Localized(ar="الرد الأول", en="First response"),
    Metric.NEXT_RESPONSE: Localized(ar="الرد التالي", en="Next response"),
    Metric.RESOLUTION: Localized(ar="الحل", en="Resolution"),
}
COUNTED: Final = Localized(ar="المحتسب", en="counted")
NOTHING: Final = Localized(ar="لم يُحتسب شيء", en="nothing counted")
_PLAIN: Final[dict[tuple[str, str], Localized]] = {
    ("paused", "waiting_customer"): Localized(
        ar="التوقف بانتظار العميل", en="paused while waiting for the customer"
    ),
    ("paused", "waiting_third_party"): Localized(
        ar="التوقف بانتظار طرف آخر", en="paused while waiting for a third party"
    ),
    ("paused", ""): Localized(ar="التوقف المؤقت", en="paused"),
    ("stopped", "resolved"): Localized(ar="بعد الحل", en="stopped after the resolution"),
    ("stopped", "closed"): Localized(ar="بعد الإغلاق", en="stopped after the closing"),
    ("stopped", "answered"): Localized(ar="بعد الرد", en="stopped after the answer"),
    ("stopped", "merged"): Localized(ar="بعد الدمج", en="stopped after the merge"),
    ("stopped", ""): Localized(ar="التوقف", en="stopped"),
    ("closed", "weekly"): Localized(ar="خارج ساعات العمل", en="outside working hours"),
    ("closed", "season"): Localized(ar="خارج ساعات الموسم", en="outside the season's hours"),
    ("closed", "holiday"): Localized(ar="عطلة", en="closed for a holiday"),
    ("closed", "override"): Localized(
        ar="خارج الدوام الخاص بهذا اليوم", en="outside the special hours of the day"
    ),
    ("closed", "break"): Localized(ar="استراحة", en="on a break"),
    ("closed", ""): Localized(ar="الدوام مغلق", en="closed"),
}
_NAMED: Final[dict[str, Localized]] = {
    "season": Localized(ar="خارج ساعات {name}", en="outside the hours of {name}"),
    "holiday": Localized(ar="عطلة {name}", en="closed for {name}"),
}
_AFTERWARDS: Final[dict[Afterwards, Localized]] = {
    "voided": Localized(
        ar="وكان قد أُعلن فوات الموعد ثم أُلغي الإعلان.",
        en="A missed due time had been stated and was called off.",
    ),
    "excused": Localized(ar="وقد قُبل العذر في هذا التأخر.", en="The miss was excused."),
}
_UTC: Final = Localized(ar="بالتوقيت العالمي", en="UTC")
_AND: Final = Localized(ar="، و", en=", ")
_HOUR: Final = 3600


def fenced(text: str) -> str:
    """What somebody else named, kept from turning the sentence around."""
    return f"\u2068{text}\u2069"


@dataclass(frozen=True, slots=True)
class Zone:
    """The wall clock that people of this ticket look at, and its place in words."""

    wall: Wall
    place: Localized | None = None

    def moment(self, at: Micros) -> Localized:
        """`الأحد 8 مارس 2026 (19 رمضان 1447 هـ) 13:20 بتوقيت الرياض`; seconds where there are."""
        number, time = self.wall.local(at)
        day, clock = written(date_of(number)), _clock(time)
        place = _UTC
        if self.place is not None:
            place = Localized(ar=f"بتوقيت {self.place['ar']}", en=f"{self.place['en']} time")
        return Localized(
            ar=fenced(f"{day['ar']} {clock} {place['ar']}"),
            en=f"{day['en']}, {clock} {place['en']}",
        )


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised, in counted seconds; `days` when it was given in business days."""

    seconds: int
    days: int | None = None
    round_the_clock: bool = False


def day(one: Day, named: Named) -> Localized:
    """One local day."""
    when, spent = written(one.date), parts(one.kinds(), named)
    moved = [_moved(shift, one.counted_again(shift)) for shift in one.shifts]
    return Localized(
        ar=f"{when['ar']}: {_joined(spent, 'ar')}{''.join(m['ar'] for m in moved)}.",
        en=f"{when['en']}: {_joined(spent, 'en')}{''.join(m['en'] for m in moved)}.",
    )


def summary(
    metric: Metric,
    promise: Promise | None,
    verdict: Verdict,
    spent: Sequence[Localized],
    zone: Zone,
) -> Localized:
    """What was promised, when that is due, what was counted, where the rest went, the outcome."""
    name = METRICS[metric]
    told = [_promised(promise, verdict, zone), _spent(spent), *_outcome(verdict)]
    return Localized(
        ar=f"{name['ar']}: {' '.join(one['ar'] for one in told)}",
        en=f"{name['en']}: {' '.join(one['en'] for one in told)}",
    )


def parts(spent: dict[Kind, int], named: Named) -> list[Localized]:
    """Where the time went: what counted first, then the rest in its order."""
    counted = spent.get(("counted", "", None), 0)
    first = _told(COUNTED, counted) if counted else NOTHING
    rest = [
        _told(_label(kind, named), seconds)
        for kind, seconds in spent.items()
        if kind[0] != "counted" and seconds
    ]
    return [first, *rest]


def _told(label: Localized, seconds: int) -> Localized:
    length = span(seconds)
    return Localized(ar=f"{label['ar']} {length['ar']}", en=f"{length['en']} {label['en']}")


def _label(kind: Kind, named: Named) -> Localized:
    state, reason, ref = kind
    name = named(reason, ref) if reason in _NAMED else None
    if name is not None:
        texts, own = _NAMED[reason], fenced(name["ar"])
        spoken = reason == "holiday" and says(name["ar"], _PLAIN[state, reason]["ar"])
        return Localized(
            ar=own if spoken else texts["ar"].format(name=own),
            en=texts["en"].format(name=fenced(name["en"])),
        )
    return _PLAIN.get((state, reason)) or _PLAIN[(state, "")]


def _joined(told: Iterable[Localized], language: Literal["ar", "en"]) -> str:
    return _AND[language].join(one[language] for one in told)


def _spent(told: Sequence[Localized]) -> Localized:
    ar, en = _joined(told, "ar"), _joined(told, "en")
    return Localized(ar=ar + ".", en=en[:1].upper() + en[1:] + ".")


def _moved(shift: Shift, again: int) -> Localized:
    """What the wall clock did; an hour that came twice was counted twice."""
    seconds = abs(shift.step) // SECOND
    length = span(seconds, after=True)
    by = Localized(ar=length["ar"], en="one hour" if seconds == _HOUR else f"by {length['en']}")
    if shift.step > 0:
        return Localized(
            ar=f"؛ وقُدّمت الساعة بمقدار {by['ar']}", en=f"; the clock went forward {by['en']}"
        )
    if not again:
        return Localized(
            ar=f"؛ وأُخّرت الساعة بمقدار {by['ar']}", en=f"; the clock went back {by['en']}"
        )
    twice = span(again)
    return Localized(
        ar=f"؛ وأُخّرت الساعة بمقدار {by['ar']} فاحتُسب ما تكرر مرتين ({twice['ar']})",
        en=f"; the clock went back {by['en']}, so that {twice['en']} came and counted twice",
    )


def _promised(promise: Promise | None, verdict: Verdict, zone: Zone) -> Localized:
    if promise is None:
        return Localized(ar="لا وعد بمهلة.", en="no time was promised.")
    within = _within(promise)
    if verdict.due is None:
        return Localized(ar=f"الوعد خلال {within['ar']}.", en=f"promised within {within['en']}.")
    due = zone.moment(verdict.due)
    return Localized(
        ar=f"الوعد خلال {within['ar']}، وموعده {due['ar']}.",
        en=f"promised within {within['en']}, due {due['en']}.",
    )


def _within(promise: Promise) -> Localized:
    length = span(promise.seconds, after=True)
    if promise.days is not None:
        days = business_days(promise.days)
        return Localized(ar=f"{days['ar']} ({length['ar']})", en=f"{days['en']} ({length['en']})")
    if promise.round_the_clock:
        return Localized(ar=f"{length['ar']} على مدار الساعة", en=f"{length['en']} round the clock")
    return Localized(ar=f"{length['ar']} من ساعات العمل", en=f"{length['en']} of working hours")


def _outcome(verdict: Verdict) -> list[Localized]:
    length, by = span(verdict.seconds), span(verdict.seconds, after=True)
    if verdict.outcome == "late" and not verdict.seconds:
        by = Localized(ar="أقل من ثانية", en="less than a second")
    texts: dict[Outcome, Localized] = {
        "running": Localized(ar=f"والباقي من المهلة {length['ar']}.", en=f"{length['en']} left."),
        "paused": Localized(
            ar=f"والاحتساب متوقف مؤقتًا، والباقي من المهلة {length['ar']}.",
            en=f"The clock is paused with {length['en']} left.",
        ),
        "kept": Localized(
            ar=f"أُوفي بالوعد، وبقي من المهلة {length['ar']}.",
            en=f"Kept with {length['en']} to spare.",
        ),
        "late": Localized(
            ar=f"وفات الموعد بمقدار {by['ar']} من الوقت المحتسب.",
            en=f"Missed by {by['en']} of counted time.",
        ),
        "due_now": Localized(
            ar="وفات الموعد: في هذه اللحظة نفدت المهلة ولم يتحقق الوعد.",
            en="Missed: the promised time was used up at this very moment.",
        ),
        "missed": Localized(
            ar="وكان الموعد قد فات قبل أن يتغير الوعد.",
            en="Missed before the promise was changed.",
        ),
        "stopped": Localized(
            ar=f"وانتهت التذكرة دون ذلك فتوقّف الاحتساب، والباقي من المهلة {length['ar']}.",
            en=f"The ticket ended without it: the clock stands still with {length['en']} left.",
        ),
        "cancelled": Localized(ar="وأُلغي الاحتساب.", en="The clock was cancelled."),
    }
    told = [texts[verdict.outcome]] if verdict.outcome in texts else []
    return [*told, *(_AFTERWARDS[one] for one in verdict.afterwards)]


def _clock(time: Micros) -> str:
    hours, rest = divmod(time % DAY, 60 * MINUTE)
    minutes, rest = divmod(rest, MINUTE)
    seconds = rest // SECOND
    return f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
