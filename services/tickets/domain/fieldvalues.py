"""One value of a custom field: read as people write it, kept in one canonical form."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urlsplit

from services.tickets.domain.fields import (
    LONGEST,
    LONGEST_URL,
    Definition,
    FieldType,
    Limit,
)
from shared.seen import is_seen, unturned
from shared.vocabulary import Localized

SAFE_INTEGER: Final = 2**53 - 1
"""Every program that reads JSON keeps integers up to here exact."""
MOST_DIGITS: Final = 15
_MOST_NAMED: Final = 10
_DIGITS: Final = str.maketrans(
    {
        **{digit: str(index) for index, digit in enumerate("٠١٢٣٤٥٦٧٨٩")},
        **{digit: str(index) for index, digit in enumerate("۰۱۲۳۴۵۶۷۸۹")},
        "٫": ".",
        "٬": None,
        "\u2212": "-",
        **dict.fromkeys("\u200e\u200f\u061c"),
    }
)
"""Arabic-Indic and Persian digits, their decimal and thousands signs, and marks of direction."""
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,16}")
_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,16}(?:\.[0-9]{1,15})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EARLIEST: Final = date(1900, 1, 1)
_LATEST: Final = date(2200, 1, 1)
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_UNSAFE_URL: Final = re.compile(r"[\s<>\"'`\\^{|}]")


class ValueRefused(Exception):
    """The value is none of this field's; `gaps` are the definition's own limits and label."""

    def __init__(self, code: str, **gaps: str | Localized) -> None:
        super().__init__(code)
        self.code = code
        self.gaps = gaps


def canonical(definition: Definition, value: Any, kept: Any = None) -> Any:
    """The value as it is kept, None where it says nothing; `kept` may name retired options."""
    if value is None:
        return None
    return _READERS[definition.type](definition, value, kept)


def fits(definition: Definition, value: Any) -> bool:
    """Whether a kept value is one of this field's, and says something."""
    try:
        return canonical(definition, value, value) is not None
    except ValueRefused:
        return False


def limit(kind: FieldType, value: Limit) -> Limit:
    """A limit of a definition in the form of its values."""
    bare = Definition("x", {"ar": "", "en": ""}, kind)
    read: Limit = _READERS[kind](bare, value, None)
    return read


def plain_text(text: str) -> str:
    """Without marks that turn the direction of what follows, and without control characters.

    Empty where a reader would see nothing.
    """
    plain = _CONTROLS.sub("", unturned(text)).strip()
    return plain if is_seen(plain) else ""


def ascii_digits(text: str) -> str:
    return text.translate(_DIGITS).strip()


def _text(definition: Definition, value: Any, _kept: Any) -> str | None:
    if not isinstance(value, str):
        raise ValueRefused("text_expected")
    text = plain_text(value.replace("\r\n", "\n").replace("\r", "\n"))
    most = definition.max_length or LONGEST
    if len(text) > most:
        raise ValueRefused("too_long", most=str(most))
    return text or None


def _integer(definition: Definition, value: Any, _kept: Any) -> int | None:
    number = _whole(value)
    if number is None:
        return None
    if abs(number) > SAFE_INTEGER:
        raise ValueRefused("number_too_large")
    _check_range(definition, number)
    return number


def _whole(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueRefused("integer_expected")
    if isinstance(value, float):
        if not value.is_integer():
            raise ValueRefused("integer_expected")
        return int(value)
    if isinstance(value, int):
        return value
    text = ascii_digits(value[:100])
    if not text:
        return None
    if not _WHOLE.fullmatch(text):
        raise ValueRefused("integer_expected")
    return int(text)


def _decimal(definition: Definition, value: Any, _kept: Any) -> float | None:
    number = _parsed(value)
    if number is None:
        return None
    digits = number.normalize().as_tuple()
    if not number.is_finite() or len(digits.digits) > MOST_DIGITS or abs(number) > SAFE_INTEGER:
        raise ValueRefused("number_too_large")
    found = float(number)
    _check_range(definition, found)
    return found


def _parsed(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueRefused("number_expected")
    if not isinstance(value, str):
        return Decimal(repr(value))
    text = ascii_digits(value[:100])
    if not text:
        return None
    if not _DECIMAL.fullmatch(text):
        raise ValueRefused("number_expected")
    try:
        return Decimal(text)
    except InvalidOperation:  # pragma: no cover - the form above is a number
        raise ValueRefused("number_expected") from None


def _date(definition: Definition, value: Any, _kept: Any) -> str | None:
    if not isinstance(value, str):
        raise ValueRefused("date_expected")
    text = ascii_digits(value[:100])
    if not text:
        return None
    if not _DATE.fullmatch(text):
        raise ValueRefused("date_expected")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueRefused("date_expected") from None
    if not _EARLIEST <= day < _LATEST:
        raise ValueRefused("date_expected")
    _check_range(definition, text)
    return text


def _boolean(_definition: Definition, value: Any, _kept: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueRefused("boolean_expected")
    return value


def _choice(definition: Definition, value: Any, kept: Any) -> str | None:
    if not isinstance(value, str):
        raise ValueRefused("option_expected")
    if not value.strip():
        return None
    _check_option(definition, value, {kept} if isinstance(kept, str) else set())
    return value


def _choices(definition: Definition, value: Any, kept: Any) -> list[str] | None:
    """In the order of the definition, each once."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueRefused("options_expected")
    if len(set(value)) > len(definition.options):
        raise ValueRefused("too_many_options", most=str(len(definition.options)))
    known = {one for one in kept if isinstance(one, str)} if isinstance(kept, list) else set()
    for one in value:
        _check_option(definition, one, known)
    return [one.value for one in definition.options if one.value in value] or None


def _check_option(definition: Definition, value: str, kept: set[str]) -> None:
    option = next((one for one in definition.options if one.value == value), None)
    if option is None:
        raise ValueRefused("unknown_option", options=_offered(definition))
    if option.retired and value not in kept:
        raise ValueRefused("retired_option")


def _offered(definition: Definition) -> str:
    """The first options that may be chosen; what was sent is never told again."""
    values = [one.value for one in definition.options if not one.retired]
    return ", ".join(values[:_MOST_NAMED]) + (" …" if len(values) > _MOST_NAMED else "")


def _url(definition: Definition, value: Any, _kept: Any) -> str | None:
    if not isinstance(value, str):
        raise ValueRefused("url_expected")
    text = plain_text(value)
    most = min(definition.max_length or LONGEST_URL, LONGEST_URL)
    if len(text) > most:
        raise ValueRefused("too_long", most=str(most))
    if text and not _is_address(text):
        raise ValueRefused("url_expected")
    return text or None


def _is_address(text: str) -> bool:
    """A web address without a password in it, and nothing that a browser would run."""
    try:
        parts = urlsplit(text)
        sound = bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False
    return sound and parts.scheme in {"http", "https"} and not _UNSAFE_URL.search(text)


def _check_range(definition: Definition, value: Limit) -> None:
    least, most = definition.minimum, definition.maximum
    if least is not None and _below(value, least):
        raise ValueRefused("too_small", least=str(least))
    if most is not None and _below(most, value):
        raise ValueRefused("too_great", most=str(most))


def _below(one: Limit, other: Limit) -> bool:
    """Dates are compared as they are written: year, month, day."""
    if isinstance(one, str) or isinstance(other, str):
        return str(one) < str(other)
    return one < other


_Reader = Callable[[Definition, Any, Any], Any]
_READERS: Final[Mapping[FieldType, _Reader]] = {
    FieldType.TEXT: _text,
    FieldType.INTEGER: _integer,
    FieldType.DECIMAL: _decimal,
    FieldType.DATE: _date,
    FieldType.BOOLEAN: _boolean,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
    FieldType.URL: _url,
}
