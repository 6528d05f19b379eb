"""Bases of what comes in and goes out over HTTP: strict text, bounded numbers, UTC instants."""

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

from shared.kit.sound import clean, clean_text, unsound
from shared.kit.strict import dated, day, strictly
from shared.seen import is_seen, unturned

_CONTROLS: Final = dict.fromkeys([*range(0x20), 0x7F, *range(0x80, 0xA0)])
_LINE_BREAKS: Final = frozenset("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")


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
        if not isinstance(data, dict):
            return data
        try:
            return clean(data)
        except PydanticCustomError as error:
            place = unsound(data)
            raise PydanticCustomError(
                error.type, error.message_template, {"inside": place}
            ) from None


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
