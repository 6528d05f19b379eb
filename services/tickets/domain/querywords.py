"""The values that `status:`, `priority:`, `assignee:` and `created:` take, in both languages."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from services.tickets.domain.folding import fold
from services.tickets.domain.lifecycle import LIVE
from services.tickets.domain.query import Choice
from services.tickets.domain.stories import STATUS_WORDS
from shared.vocabulary import Localized, Priority, Status

_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
_PRIORITIES: Final[Mapping[Priority, tuple[str, ...]]] = {
    Priority.P1: ("عاجلة", "urgent", "critical", "عاجل", "طارئة", "طارئ", "حرجة", "حرج"),
    Priority.P2: ("عالية", "high", "عالي", "مرتفعة", "مرتفع"),
    Priority.P3: ("متوسطة", "medium", "normal", "متوسط", "عادية", "عادي"),
    Priority.P4: ("منخفضة", "low", "منخفض"),
}
"""The first two words are those that we use ourselves."""
_STATES: Final[Mapping[Status, tuple[str, ...]]] = {
    Status.NEW: ("جديد",),
    Status.OPEN: ("مفتوح", "قيد المعالجة"),
    Status.WAITING_CUSTOMER: ("waiting customer", "بانتظار عميل", "انتظار العميل"),
    Status.WAITING_THIRD_PARTY: ("waiting third party", "third party", "بانتظار جهة أخرى"),
    Status.RESOLVED: ("solved", "محلول", "حلت", "منجزة"),
    Status.CLOSED: ("مغلق", "مقفلة", "مقفل"),
    Status.MERGED: ("مدمج",),
    Status.SPAM: ("junk", "مزعج", "مزعجة"),
}
ME: Final = frozenset(fold(one) for one in ("me", "أنا", "لي"))
NOBODY: Final = frozenset(fold(one) for one in ("none", "nobody", "unassigned", "لا أحد", "بلا"))
_ASSIGNEES: Final = (
    Choice(Localized(ar="أنا", en="myself"), "me"),
    Choice(Localized(ar="بلا، لا أحد", en="nobody"), "none"),
    Choice(Localized(ar="معرّف الزميل UUID", en="a colleague's UUID")),
)
_ADDRESS: Final = Choice(Localized(ar="عنوان بريد الزميل", en="a colleague's e-mail address"))
"""Of no use to customers, who are not to try which addresses the desk has."""
_STATUSES: Final = {
    **{fold(status): (status,) for status in Status},
    **{fold(word): (status,) for status, words in _STATES.items() for word in words},
    **{
        fold(word): (Status(name),)
        for name, words in STATUS_WORDS.items()
        for word in (words["ar"], words["en"])
    },
    **{
        fold(word): tuple(sorted(LIVE))
        for word in ("live", "unresolved", "حية", "جارية", "غير محلولة")
    },
    **{
        fold(word): (Status.WAITING_CUSTOMER, Status.WAITING_THIRD_PARTY)
        for word in ("waiting", "pending", "بانتظار", "انتظار", "منتظرة", "معلقة", "معلق")
    },
}
_STATUS_CHOICES: Final = (
    *(Choice(STATUS_WORDS[status.value], status.value) for status in Status),
    Choice(Localized(ar="جارية", en="not ended"), "live"),
    Choice(Localized(ar="بانتظار أحد", en="for anybody"), "waiting"),
)
PRIORITY_CHOICES: Final = tuple(
    Choice(Localized(ar=words[0], en=words[1]), priority.value)
    for priority, words in _PRIORITIES.items()
)
"""Values with their words, for whoever wrote another."""
CREATED_VALUES: Final = ("2026-01-31", ">2026-01-31", "2026-01", "2026-01-01..2026-01-31", "today")
_RANKS: Final = {
    **{fold(one): one for one in Priority},
    **{fold(one[1:]): one for one in Priority},
    **{fold(word): one for one, words in _PRIORITIES.items() for word in words},
}
_MOST_FACTS: Final = 160
_DAY: Final = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?")
_LAST: Final = re.compile(r"(\d{1,4})d")
_TODAY: Final = frozenset(fold(one) for one in ("today", "اليوم"))
_YESTERDAY: Final = frozenset(fold(one) for one in ("yesterday", "أمس"))

Period = tuple[datetime, datetime]
"""From (with) until (without)."""


def statuses(text: str) -> tuple[Status, ...]:
    """The states that a word means; none when it means none."""
    word = fold(text).strip()
    return _STATUSES.get(word) or _STATUSES.get(_bare(word), ())


def assignee_choices(*, staff: bool) -> tuple[Choice, ...]:
    """The words that we name; a colleague goes by address, or the id that `GET /v1/users` tells."""
    return (*_ASSIGNEES, _ADDRESS) if staff else _ASSIGNEES


def status_choices(*, staff: bool) -> tuple[Choice, ...]:
    """The states that a reader may ask for: to customers spam is closed."""
    return tuple(one for one in _STATUS_CHOICES if staff or one.value != Status.SPAM)


def priority(text: str) -> Priority | None:
    word = fold(text).strip()
    return _RANKS.get(word) or _RANKS.get(_bare(word))


def _bare(word: str) -> str:
    """Without the article: المغلقة."""
    return word.removeprefix("ال")


def period(text: str, now: datetime, zone: str) -> Period | None:
    """`2026-01`, `>2026-01-01`, `<=2026`, `2026-01-01..2026-02-01`, `7d`, `today`, `أمس`."""
    plain, place = fold(text).strip(), ZoneInfo(zone)
    try:
        for sign in (">=", "<=", ">", "<"):
            if plain.startswith(sign):
                return _open_ended(sign, _days(plain.removeprefix(sign), now, place), place)
        first, dots, last = plain.partition("..")
        begin, end = _days(first, now, place), _days(last or first, now, place)
    except ValueError:
        return None
    if begin is None or end is None or (dots and not last):
        return None
    return _at(begin[0], place), _at(end[1], place)


def _open_ended(sign: str, days: tuple[date, date] | None, place: ZoneInfo) -> Period | None:
    if days is None:
        return None
    first, after = _at(days[0], place), _at(days[1], place)
    return {
        ">": (after, _NEVER),
        ">=": (first, _NEVER),
        "<": (_EVER, first),
        "<=": (_EVER, after),
    }[sign]


def _days(text: str, now: datetime, place: ZoneInfo) -> tuple[date, date] | None:
    """The day, month or year that a text names, and the day after its end."""
    today = now.astimezone(place).date()
    if text in _TODAY or text in _YESTERDAY:
        day = today - timedelta(days=text in _YESTERDAY)
        return day, day + timedelta(days=1)
    if last := _LAST.fullmatch(text):
        return today - timedelta(days=int(last[1])), today + timedelta(days=1)
    found = _DAY.fullmatch(text.strip())
    if found is None or not 1970 <= int(found[1]) <= 9000:
        return None
    year, month, number = (int(part or 0) for part in found.groups())
    first = date(year, month or 1, number or 1)
    if number:
        return first, first + timedelta(days=1)
    if month:
        return first, date(year + month // 12, month % 12 + 1, 1)
    return first, date(year + 1, 1, 1)


def _at(day: date, place: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=place).astimezone(UTC)


def covering(begin: datetime, end: datetime) -> list[str] | None:
    """Facts of the instants from `begin` until `end`: whole months, and days at the ends.

    None when that takes too many.
    """
    day, last, found = begin.date(), end.date(), list[str]()
    while day <= last and len(found) <= _MOST_FACTS:
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        if day.day == 1 and following <= last:
            found.append(f"month:{day:%Y-%m}")
            day = following
        else:
            found.append(f"day:{day}")
            day += timedelta(days=1)
    return found if len(found) <= _MOST_FACTS else None


def next_day(at: datetime) -> datetime:
    """The first instant of a day that is not before this one."""
    first = datetime(at.year, at.month, at.day, tzinfo=UTC)
    return at if at == first or at >= _NEVER else first + timedelta(days=1)
