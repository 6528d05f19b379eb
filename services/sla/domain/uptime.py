"""Uptime of a contract out of the outages that its customer reported (requirements R23)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Final, Literal

from services.sla.domain.happenings import Happening, in_order
from services.sla.domain.words import Kind
from shared.vocabulary import Localized, Priority, Status
from shared.worktime import Micros, whole_seconds
from shared.worktime.spans import span as in_words

Span = tuple[Micros, Micros]

_OVER: Final = frozenset({Status.RESOLVED, Status.CLOSED, Status.MERGED, Status.SPAM})
_DIGITS: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Outage:
    """A time during which a ticket said that the customer was down; open without an end."""

    start: Micros
    end: Micros | None

    def within(self, span: Span) -> Span | None:
        """The part that lies inside; an open outage lasts to the end of it."""
        start = max(self.start, span[0])
        end = span[1] if self.end is None else min(self.end, span[1])
        return (start, end) if start < end else None


def outages(happenings: Iterable[Happening]) -> list[Outage]:
    """While the ticket was P1 and unsolved; what turned out to be spam never was one."""
    found: list[Outage] = []
    since: Micros | None = None
    priority, status = "", ""
    for one in in_order(happenings):
        if one.kind is Kind.CREATED:
            priority, status = one.value, one.status
        elif one.kind is Kind.PRIORITY:
            priority = one.value
        elif one.kind is Kind.STATUS:
            status = one.value
        down = priority == Priority.P1 and status not in _OVER
        if down and since is None:
            since = one.at
        elif not down and since is not None:
            found.append(Outage(since, one.at))
            since = None
    if status == Status.SPAM:
        return []
    return found if since is None else [*found, Outage(since, None)]


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time, without an instant counted twice."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


@dataclass(frozen=True, slots=True)
class Uptime:
    """What follows from the downtime of a span."""

    total: int
    down: int
    target: float | None

    @property
    def percent(self) -> Decimal | None:
        """Rounded down: a missed target never looks like a met one."""
        if not self.total:
            return None
        share = Decimal(100 * (self.total - self.down)) / Decimal(self.total)
        return share.quantize(_DIGITS, ROUND_FLOOR)

    @property
    def allowed(self) -> int | None:
        """Whole seconds of downtime that the target leaves room for."""
        if self.target is None:
            return None
        return int(self.total * (100 - Fraction(str(self.target))) / 100)

    @property
    def met(self) -> bool | None:
        """Exactly, not by the rounded figure."""
        if self.target is None or not self.total:
            return None
        return (self.total - self.down) * 100 >= Fraction(str(self.target)) * self.total


def measured(span: Span, down: Iterable[Span], target: float | None) -> Uptime:
    """The figures of a span; `down` is a union inside it."""
    total = whole_seconds(*span) if span[0] < span[1] else 0
    return Uptime(total, sum(whole_seconds(*one) for one in down), target)


NOTHING: Final = Localized(
    ar="لا يقع شيء من هذه المدة ضمن العقد حتى الآن.",
    en="Nothing of this span lies within the contract so far.",
)
FOUND: Final = Localized(
    ar="نسبة التوافر {percent}: انقطاع {down} من {total}، {verdict}.",
    en="Uptime {percent}: {down} down of {total}; {verdict}.",
)
VERDICTS: Final[dict[bool | None, Localized]] = {
    None: Localized(ar="والعقد لا يحدد هدفًا", en="the contract names no target"),
    True: Localized(ar="والهدف {target} متحقق", en="the target of {target} is met"),
    False: Localized(ar="والهدف {target} غير متحقق", en="the target of {target} is missed"),
}


def told(uptime: Uptime) -> Localized:
    """The result as a sentence."""
    if uptime.percent is None:
        return NOTHING
    total, down, verdict = (
        in_words(uptime.total, after=True),
        in_words(uptime.down),
        VERDICTS[uptime.met],
    )
    percent = _share(uptime.percent)
    target = _share(Decimal(str(uptime.target or 0)))

    def said(locale: Literal["ar", "en"]) -> str:
        aim = verdict[locale].format(target=target)
        words = {"percent": percent, "down": down[locale], "total": total[locale]}
        return FOUND[locale].format(verdict=aim, **words)

    return Localized(ar=said("ar"), en=said("en"))


def _share(percent: Decimal) -> str:
    """A figure with its sign, isolated: it stands in lines of both directions."""
    return f"\u2068{percent.normalize():f}%\u2069"
