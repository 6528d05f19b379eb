"""Every template with example values, and what it would miss."""

from typing import Any, Final

from services.notify.domain import labels
from services.notify.domain.words import TO_CUSTOMERS, Kind
from services.notify.usecases.rendering import VARIABLES, Reader, render, unknown_variables
from shared.kit.locale import pick
from shared.kit.tx import Tx
from shared.tokens import body_line
from shared.vocabulary import REPLY_MARKER, SCORES, Locale, Localized

_TOKEN: Final = "example2" * 4
_EXAMPLES: Final[dict[str, Localized]] = {
    "first_response": Localized(ar="الأحد 1 مارس 2026، 10:00", en="Sunday 1 March 2026, 10:00"),
    "resolution": Localized(ar="الاثنين 2 مارس 2026، 17:00", en="Monday 2 March 2026, 17:00"),
    "due": Localized(ar="الأحد 1 مارس 2026، 10:00", en="Sunday 1 March 2026, 10:00"),
    "since": Localized(ar="الأحد 22 فبراير 2026، 10:00", en="Sunday 22 February 2026, 10:00"),
    "until": Localized(ar="الاثنين 2 مارس 2026، 17:00", en="Monday 2 March 2026, 17:00"),
    "window": Localized(ar="24 ساعةً", en="24 hours"),
    "days": Localized(ar="30 يومًا", en="30 days"),
    "subject_line": Localized(ar="الطابعة لا تعمل", en="The printer does not work"),
    "body": Localized(ar="أصلحنا الطابعة.", en="We repaired the printer."),
    "files": Localized(ar="ملفان مرفقان", en="2 files attached"),
    "role": labels.ROLES["manager"],
    "cause": labels.CAUSES["breach"],
    "metric": labels.METRICS["first_response"],
    "priority": labels.PRIORITIES["P2"],
    "item": labels.ITEMS["holiday"],
    "date": Localized(ar="الجمعة 20 مارس 2026", en="Friday 20 March 2026"),
    "last": Localized(ar="الأحد 22 مارس 2026", en="Sunday 22 March 2026"),
    "reason": labels.DISABLED["gone"],
    "brand": labels.DESK,
}

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


def previews(tx: Tx) -> list[dict[str, Any]]:
    """All kinds in both languages."""
    return [_preview(tx, kind, locale) for kind in Kind for locale in Locale]


def _preview(tx: Tx, kind: Kind, locale: Locale) -> dict[str, Any]:
    plain = _plain(tx, locale)
    words = {name: pick(_EXAMPLES[name], locale) for name in VARIABLES[kind] & _EXAMPLES.keys()}
    given = {name: plain[name] for name in VARIABLES[kind] & plain.keys()}
    answered = kind in TO_CUSTOMERS
    marker = REPLY_MARKER if answered else ""
    token = body_line(_TOKEN) if answered else ""
    rendered = render(kind, Reader(locale, "Asia/Riyadh"), {**words, **given}, marker, token)
    return {
        "kind": kind,
        "locale": locale.value,
        "subject": rendered.subject,
        "text": rendered.text,
        "html": rendered.html,
        "missing_variables": sorted(unknown_variables(kind, locale)),
    }


def _plain(tx: Tx, locale: Locale) -> dict[str, Any]:
    settings = tx.context.settings
    page = f"{settings.public_url.rstrip('/')}/v1/feedback"
    scores = [
        {"value": str(value), "label": pick(text, locale), "url": f"{page}/{value}"}
        for value, text in SCORES.items()
    ]
    return {
        "number": "SND-1042",
        "link": settings.ticket_link("SND-1042"),
        "level": "1",
        "assigned": True,
        "unassigned": True,
        "counted": {name: pick(text, locale) for name, text in _COUNTED.items()}
        | {"days": [pick(one, locale) for one in _DAYS]},
        "scores": scores,
        "host": "hooks.example.com",
        "calendar_id": "01890a5d-ac96-774b-bcce-b302099a8057",
        "endpoint_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    }
