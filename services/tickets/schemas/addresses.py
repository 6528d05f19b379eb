"""Addresses as callers write them, and as strangers of the form may write them."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from shared.addresses import LONGEST, NotWritten, written


def _address(text: str) -> str:
    try:
        return written(text).text
    except NotWritten as fault:
        raise PydanticCustomError(fault.code or "email", "This is not an e-mail address") from None


def _public(address: str) -> str:
    if "." not in address.rpartition("@")[2]:
        raise PydanticCustomError("email", "This is not an e-mail address")
    return address


Address = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_address)]
PublicAddress = Annotated[Address, AfterValidator(_public)]
"""Whose domain others know by the name system, too."""
