"""Every template with example values, and what it would miss."""

from datetime import UTC, datetime
from typing import Any, Final

from services.notify.domain import labels
from services.notify.domain.words import TO_CUSTOMERS, Digits, Kind
from services.notify.settings import NotifySettings
from services.notify.usecases.enclosures import enclosures
from services.notify.usecases.rendering import VARIABLES, Reader, render, unknown_variables
from shared.kit.locale import pick
from shared.tokens import body_line
from shared.vocabulary import REPLY_MARKER, SCORES, Locale, Localized

_TOKEN: Final = "example2" * 4
_MOMENTS: Final = {
    "first_response": datetime(2026, 3, 1, 7, tzinfo=UTC),
    "resolution": datetime(2026, 3, 2, 14, tzinfo=UTC),
    "due": datetime(2026, 3, 1, 7, tzinfo=UTC),
    "since": datetime(2026, 2, 22, 7, tzinfo=UTC),
    "until": datetime(2026, 3, 2, 14, tzinfo=UTC),
}
_EXAMPLES: Final[dict[str, Localized]] = {
    "window": Localized(ar="24 ساعةً", en="24 hours"),
    "days": Localized(ar="30 يومًا", en="30 days"),
    "subject_line": Localized(ar="الطابعة لا تعمل", en="The printer does not work"),
    "role": labels.ROLES["manager"],
    "cause": labels.CAUSES["breach"],
    "metric": labels.METRICS["first_response"],
    "priority": labels.PRIORITIES["P2"],
    "item": labels.ITEMS["holiday"],
    "date": Localized(ar="الجمعة 20 مارس 2026", en="Friday 20 March 2026"),
    "last": Localized(ar="الأحد 22 مارس 2026", en="Sunday 22 March 2026"),
    "reason": labels.DISABLED["gone"],
    "news": labels.NEWS["message"],
    "brand": labels.DESK,
}

_BODY: Final = Localized(
    ar="أعدنا تشغيل خادم الطباعة 10.20.30.40 وحدّثنا التعريف إلى الإصدار 3.2.1.\n"
    "جرّب الآن من الحاسوب PC-118، ثم تأكد من المسار:\n"
    "\\\\files\\print\\queue-07\n\n"
    "إن ظهر الخطأ 0x0000011b مرة أخرى فأخبرنا.",
    en="We restarted the print server 10.20.30.40 and updated the driver to 3.2.1.\n"
    "Please try again from PC-118, and check the path:\n"
    "\\\\files\\print\\queue-07\n\n"
    "Should error 0x0000011b show again, tell us.",
)
_REGARDS: Final = Localized(ar="مع التحية،\nهدى", en="Kind regards,\nHuda")
"""In the other language, as it happens: such lines must turn."""

_COUNTED: Final[dict[str, Localized]] = {
    "summary": Localized(
        ar="الرد الأول: الوعد خلال ساعة واحدة من ساعات العمل. المحتسب ساعة واحدة.",
        en="First response: promised within 1 h of working hours. 1 h counted.",
    ),
    "earlier": Localized(ar="", en=""),
}
_DAYS: Final = (
    Localized(
        ar="الأحد 1 مارس 2026 (12 رمضان 1447 هـ): المحتسب ساعة واحدة.",
        en="Sunday 1 March 2026 (12 Ramadan 1447 AH): 1 h counted.",
    ),
)


def previews(settings: NotifySettings) -> list[dict[str, Any]]:
    """All kinds in both languages."""
    return [preview(settings, kind, locale) for kind in Kind for locale in Locale]


def preview(
    settings: NotifySettings, kind: Kind, locale: Locale, digits: Digits = Digits.LATIN
) -> dict[str, Any]:
    """One mail as its reader would have it; a variable that it would miss is named."""
    reader = Reader(locale, "Asia/Riyadh", digits)
    plain = _plain(settings, reader)
    words = {
        name: reader.numbers(pick(_EXAMPLES[name], locale))
        for name in VARIABLES[kind] & _EXAMPLES.keys()
    }
    moments = {name: reader.instant(_MOMENTS[name]) for name in VARIABLES[kind] & _MOMENTS.keys()}
    given = {name: plain[name] for name in VARIABLES[kind] & plain.keys()}
    answered = kind in TO_CUSTOMERS
    marker = REPLY_MARKER if answered else ""
    token = body_line(_TOKEN) if answered else ""
    rendered = render(kind, reader, {**words, **moments, **given}, marker, token)
    return {
        "kind": kind,
        "locale": locale.value,
        "subject": rendered.subject,
        "text": rendered.text,
        "html": rendered.html,
        "missing_variables": sorted(unknown_variables(kind, locale)),
    }


def _plain(settings: NotifySettings, reader: Reader) -> dict[str, Any]:
    locale = reader.locale
    page = f"{settings.public_url.rstrip('/')}/v1/feedback"
    scores = [
        {
            "value": reader.numbers(str(value)),
            "label": pick(text, locale),
            "url": f"{page}/{value}",
        }
        for value, text in SCORES.items()
    ]
    other = Locale.EN if locale is Locale.AR else Locale.AR
    counted = {name: reader.numbers(pick(text, locale)) for name, text in _COUNTED.items()}
    return {
        "number": "SND-1042",
        "link": settings.ticket_link("SND-1042"),
        "body": f"{pick(_BODY, locale)}\n\n{pick(_REGARDS, other)}",
        "level": reader.numbers("1"),
        "assigned": True,
        "unassigned": True,
        "counted": counted | {"days": [reader.numbers(pick(one, locale)) for one in _DAYS]},
        "scores": scores,
        "files": enclosures(_files(settings, locale), reader),
        "confirm": f"{settings.public_url.rstrip('/')}/v1/public/verify/{_TOKEN}",
        "split": False,
        "origin": "SND-1040",
        "host": "hooks.example.com",
        "calendar_id": "01890a5d-ac96-774b-bcce-b302099a8057",
        "endpoint_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    }


def _files(settings: NotifySettings, locale: Locale) -> list[dict[str, Any]]:
    """One to fetch and one still checked."""
    page = f"{settings.public_url.rstrip('/')}/v1/files"
    name = pick(Localized(ar="دليل التعريف.pdf", en="driver guide.pdf"), locale)
    clean = {"name": name, "size": 2_202_009, "state": "clean", "url": f"{page}/1"}
    checked = {"name": "queue-07.log", "size": 48_640, "state": "pending", "url": f"{page}/2"}
    return [one | {"expires_at": "2026-03-08T07:00:00Z"} for one in (clean, checked)]
