"""Custom values as words: as they are kept, and as their labels call them in both languages."""

from collections.abc import Mapping
from typing import Any

from services.tickets.domain.fields import LISTED, Field, FieldType
from services.tickets.domain.fieldstories import spoken
from shared.vocabulary import Locale

_LABELLED = frozenset({*LISTED, FieldType.BOOLEAN})


def words_of(value: Any) -> str:
    """A custom value as text."""
    if isinstance(value, Mapping):
        return " ".join(map(words_of, value.values()))
    if isinstance(value, (list, tuple)):
        return " ".join(map(words_of, value))
    return "" if value is None else str(value)


def called(field: Field | None, value: Any) -> tuple[str, ...]:
    """The value and what people call it; each by itself, so that phrases do not run over."""
    plain = words_of(value)
    if field is None or field.type not in _LABELLED:
        return (plain,)
    labels = (spoken(field.definition, value, locale) for locale in Locale)
    return tuple(dict.fromkeys((plain, *labels)))
