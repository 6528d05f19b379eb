"""Field types that several bodies share."""

from typing import Annotated, Any, Final
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, SecretStr, WithJsonSchema
from pydantic_core import PydanticCustomError

from services.gateway.adapters.addresses import AddressRefused, parse_address, parse_domain
from shared.addresses import LONGEST, NotWritten, written
from shared.kit.model import Body, Line

MOST_DEPARTMENTS: Final = 32
"""Each id costs 52 bytes of a token that may have 4096."""
_INVALID: Final = "email_invalid"


def _address(text: str) -> str:
    try:
        return parse_address(written(text).text).text
    except (NotWritten, AddressRefused) as fault:
        code = fault.code if isinstance(fault, NotWritten) and fault.code else _INVALID
        raise PydanticCustomError(code, "The address is not valid") from None


def _domain(text: str) -> str:
    try:
        return parse_domain(text)
    except AddressRefused:
        raise PydanticCustomError("domain_invalid", "The domain is not valid") from None


def _timezone(text: str) -> str:
    if text not in available_timezones():
        raise PydanticCustomError("timezone_unknown", "The time zone is not known")
    return text


def _text(maximum: int, shape: str) -> Any:
    return WithJsonSchema({"type": "string", "format": shape, "maxLength": maximum})


Password = Annotated[SecretStr, Field(min_length=1, max_length=1024)]
Email = Annotated[
    str, Field(min_length=1, max_length=LONGEST), AfterValidator(_address), _text(LONGEST, "email")
]
Domain = Annotated[str, Line(253), AfterValidator(_domain), _text(253, "idn-hostname")]
Timezone = Annotated[str, Line(64), AfterValidator(_timezone), _text(64, "iana-timezone")]
Name = Annotated[str, Line(200)]
Label = Annotated[str, Line(120)]


class Bilingual(Body):
    """A text in both languages."""

    ar: Label
    en: Label
