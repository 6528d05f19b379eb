"""What the timeline says of custom fields and renamed tags; labels and values fill the gaps."""

from collections.abc import Mapping
from typing import Any, Final

from services.tickets.domain.fields import LISTED, Definition, FieldType
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
    if definition.type is FieldType.BOOLEAN and isinstance(value, bool):
        return label(_TRUTHS[value], locale)
    if definition.type in LISTED:
        comma = "، " if locale is Locale.AR else ", "
        chosen = value if isinstance(value, list) else [value]
        names = {one.value: label(one.label, locale) for one in definition.options}
        return comma.join(names.get(str(one), str(one)) for one in chosen)
    return str(value)[:200]
