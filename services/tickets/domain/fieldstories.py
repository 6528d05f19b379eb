"""What the timeline says of custom fields and renamed tags; labels and values fill the gaps."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from services.tickets.domain.fields import LISTED, Definition
from shared.vocabulary import Locale, Localized

FIELD_STORIES: Final[Mapping[str, Localized]] = {
    "field_changed": {
        "ar": "تغيّر الحقل «{label}» من «{from}» إلى «{to}»",
        "en": "The field “{label}” changed from “{from}” to “{to}”",
    },
    "field_changed.set": {
        "ar": "عُبّئ الحقل «{label}»: «{to}»",
        "en": "The field “{label}” was filled in: “{to}”",
    },
    "field_changed.emptied": {
        "ar": "أُفرغ الحقل «{label}»، وكان «{from}»",
        "en": "The field “{label}” was emptied; it was “{from}”",
    },
    "tag_renamed": {
        "ar": "أُعيدت تسمية الوسم «{from_tag}» إلى «{to_tag}»",
        "en": "The tag “{from_tag}” was renamed to “{to_tag}”",
    },
}

_TRUTHS: Final[Mapping[bool, Localized]] = {
    True: {"ar": "نعم", "en": "yes"},
    False: {"ar": "لا", "en": "no"},
}


def label(texts: Localized, locale: Locale) -> str:
    return texts["ar"] if locale is Locale.AR else texts["en"]


def spoken(definition: Definition, value: Any, locale: Locale) -> str:
    """A value in words: labels of options, yes and no."""
    if definition.type in LISTED:
        comma = "، " if locale is Locale.AR else ", "
        chosen = value if isinstance(value, list) else [value]
        names = {one.value: label(one.label, locale) for one in definition.options}
        return comma.join(
            names[one] if isinstance(one, str) and one in names else as_written(one, locale)
            for one in chosen
        )
    return as_written(value, locale)[:200]


def as_written(value: Any, locale: Locale) -> str:
    """Any JSON value as people write it: yes and no, numbers without an exponent, lists."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return label(_TRUTHS[value], locale)
    if isinstance(value, float):
        digits = format(Decimal(repr(value)), "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    comma = "، " if locale is Locale.AR else ", "
    if isinstance(value, Mapping):
        return comma.join(f"{key}: {as_written(one, locale)}" for key, one in value.items())
    if isinstance(value, list):
        return comma.join(as_written(one, locale) for one in value)
    return str(value)
