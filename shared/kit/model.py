"""Bases of what comes in and goes out over HTTP: strict text, bounded numbers, UTC instants."""

import math
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    GetCoreSchemaHandler,
    PlainSerializer,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError, core_schema
from typing_extensions import override

from shared.kit.strict import dated, day, strictly
from shared.seen import is_seen, unturned

INT64_MAX: Final = 2**63 - 1
MAX_DEPTH: Final = 32
_CONTROLS: Final = dict.fromkeys([*range(0x20), 0x7F, *range(0x80, 0xA0)])
_LINE_BREAKS: Final = frozenset("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")


def clean_text(text: str) -> str:
    """NFC text that Postgres can store; NUL and lone surrogates are refused."""
    if "\x00" in text:
        raise PydanticCustomError("text_nul", "The text holds a NUL character")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("text_surrogate", "The text holds half a character") from None
    return unicodedata.normalize("NFC", text)


def clean(value: Any, depth: int = 0) -> Any:
    """The same JSON value with sound text and numbers a bigint or double can hold."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, (bool, type(None))):
        return value
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, (dict, list)):
        if depth >= MAX_DEPTH:
            raise PydanticCustomError("too_deep", "The data is nested too deeply")
        if isinstance(value, dict):
            return {clean(k, depth + 1): clean(v, depth + 1) for k, v in value.items()}
        return [clean(item, depth + 1) for item in value]
    return value


def _number(value: float) -> float:
    if not math.isfinite(value) or abs(value) > INT64_MAX:
        raise PydanticCustomError("number_out_of_range", "The number is out of range")
    return value


class Body(BaseModel):
    """What a caller sends. Unknown fields are refused, so that a typo is never silence."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)

    @override
    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return strictly(handler(source))

    @model_validator(mode="before")
    @classmethod
    def _sound(cls, data: Any) -> Any:
        return clean(data) if isinstance(data, dict) else data


class Out(BaseModel):
    """What we answer."""

    model_config = ConfigDict(allow_inf_nan=False, from_attributes=True)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text without control characters: `Annotated[str, Line(200)]`.

    Nor with marks that turn the line around it; what nobody sees is no text.
    """

    maximum: int
    minimum: int = 1

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        text = core_schema.str_schema(min_length=self.minimum, max_length=self.maximum)
        line = core_schema.no_info_before_validator_function(_one_line, text)
        if not self.minimum:
            return line
        return core_schema.no_info_after_validator_function(_not_blank, line)


@dataclass(frozen=True, slots=True)
class Prose:
    """Many lines of text, their ends normalised: `Annotated[str, Prose(100_000)]`."""

    maximum: int
    minimum: int = 1

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        text = core_schema.str_schema(min_length=self.minimum, max_length=self.maximum)
        lines = core_schema.no_info_before_validator_function(_lines, text)
        if not self.minimum:
            return lines
        return core_schema.no_info_after_validator_function(_not_blank, lines)


def _one_line(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    if not _LINE_BREAKS.isdisjoint(text):
        raise PydanticCustomError("one_line", "The text must be one line")
    return unturned(clean_text(text).translate(_CONTROLS)).strip()


def _lines(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    return clean_text(text).replace("\r\n", "\n").replace("\r", "\n")


def _not_blank(text: str) -> str:
    if not is_seen(text):
        raise PydanticCustomError("blank", "The text must not be blank")
    return text


def rfc3339(moment: datetime) -> str:
    """UTC with `Z`; microseconds only where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


Date = Annotated[date, BeforeValidator(day)]
"""A civil date in an address, where everything is text."""
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def _bounded(moment: datetime) -> datetime:
    """In UTC; outside these bounds databases know infinity and arithmetic overflows."""
    if not EARLIEST <= moment <= LATEST:
        raise PydanticCustomError("instant_range", "The instant must lie between 1900 and 2200")
    return moment.astimezone(UTC)


def _near(day: date) -> date:
    """Inside by a day, so that its beginning is an instant of ours in every zone."""
    if not EARLIEST.date() < day < LATEST.date():
        raise PydanticCustomError("instant_range", "The date must lie between 1900 and 2200")
    return day


Instant = Annotated[
    AwareDatetime,
    BeforeValidator(dated),
    AfterValidator(_bounded),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
CivilDate = Annotated[Date, AfterValidator(_near)]
"""A date that begins at an instant of ours, wherever it is."""


def _written(value: Any) -> str:
    """Named as `complaints` expects steps that no caller knows."""
    return "date" if isinstance(value, str) and len(value) <= len("2026-03-20") else "datetime"


InstantOrDate = Annotated[
    Annotated[Instant, Tag("datetime")] | Annotated[CivilDate, Tag("date")],
    Discriminator(_written),
]
"""An end of a span in an address; a date is the beginning of its day, where the door says."""
