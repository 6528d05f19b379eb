"""Settings that cannot be read: which one, what is wrong with it, and never what it holds."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_settings import SettingsError

from shared.kit.complaints import complaints
from shared.kit.locale import pick
from shared.vocabulary import Locale, Localized

STATUS: Final = 78
"""How a process ends that its environment keeps from working: starting it again is no use."""
_PREFIX: Final = "SANAD_"
_FIELD: Final = re.compile(r'field "(\w+)"')
_SIZE: Final = Localized(
    ar="المطلوب حجم: عدد من البايتات، أو مثل \u20683MiB\u2069 أو \u2068512 MiB\u2069.",
    en="A size is expected: a number of bytes, or e.g. 3MiB or 512 MiB.",
)
_TEXTS: Final[Mapping[str, Localized]] = {
    "byte_size": _SIZE,
    "byte_size_unit": _SIZE,
    "greater_than": Localized(ar="يجب أن تزيد القيمة على {gt}.", en="More than {gt} is expected."),
    "less_than": Localized(ar="يجب أن تقل القيمة عن {lt}.", en="Less than {lt} is expected."),
    "time_delta_parsing": Localized(
        ar="المطلوب مدة مثل \u2068PT30M\u2069 أو \u2068P30D\u2069، أو عدد من الثواني.",
        en="A duration such as PT30M or P30D is expected, or a number of seconds.",
    ),
    "networks": Localized(
        ar="المطلوب عناوين أو شبكات بينها فواصل، مثل \u206810.0.0.0/8\u2069.",
        en="Addresses or networks parted by commas are expected, e.g. 10.0.0.0/8.",
    ),
    "json": Localized(ar="المطلوب \u2068JSON\u2069 صالح.", en="Valid JSON is expected."),
}
"""What only settings may be; the rest is said as in requests."""

Read = TypeVar("Read")


class MissetError(Exception):
    """Names each setting with its trouble; the values stay where they are."""

    def __init__(self, cause: ValidationError | SettingsError) -> None:
        self._cause = cause
        super().__init__("\n".join(self.lines(Locale.EN)))

    def lines(self, locale: Locale) -> list[str]:
        """`SANAD_X: what is wrong and what is accepted`, one for each setting."""
        return [f"{name}: {text}" for name, text in self._faults(locale)]

    def _faults(self, locale: Locale) -> list[tuple[str, str]]:
        if isinstance(self._cause, SettingsError):
            named = _FIELD.search(str(self._cause))
            return [(_variable(named[1] if named else ""), pick(_TEXTS["json"], locale))]
        found = self._cause.errors(include_url=False, include_input=False)
        return [
            (_variable(one["loc"][0] if one["loc"] else ""), _said(one, locale)) for one in found
        ]


def read(settings: Callable[[], Read]) -> Read:
    """The settings of the environment; MissetError names those that cannot be read."""
    try:
        return settings()
    except (ValidationError, SettingsError) as error:
        raise MissetError(error) from None


def _said(error: Mapping[str, Any], locale: Locale) -> str:
    texts = _TEXTS.get(error["type"])
    if texts is None:
        return complaints([error], locale)[0].message
    return pick(texts, locale).format_map(error.get("ctx", {}))


def _variable(field: object) -> str:
    name = str(field).upper()
    return name if name.startswith(_PREFIX) else f"{_PREFIX}{name}"
