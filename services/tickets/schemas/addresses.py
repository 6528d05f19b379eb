"""Addresses as callers write them, and as strangers of the form may write them."""

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from services.tickets.domain.visitors import is_plain
from shared.kit.model import Line

LONGEST = 254


def _address(text: str) -> str:
    """As mail servers have it: at most 64 characters before the @."""
    try:
        found = validate_email(
            text, check_deliverability=False, globally_deliverable=False, strict=True
        )
    except EmailNotValidError:
        raise PydanticCustomError("email", "This is not an e-mail address") from None
    return found.normalized


def _public(address: str) -> str:
    local, _, domain = address.rpartition("@")
    if "." not in domain:
        raise PydanticCustomError("email", "This is not an e-mail address")
    if not is_plain(local):
        raise PydanticCustomError("email_disguised", "Full-width and the like pass for others")
    return address


Address = Annotated[str, Line(LONGEST), AfterValidator(_address)]
PublicAddress = Annotated[Address, AfterValidator(_public)]
