"""Sound JSON: text that Postgres stores, numbers that a bigint or double holds, no abyss."""

import math
import unicodedata
from typing import Any, Final

from pydantic_core import PydanticCustomError

INT64_MAX: Final = 2**63 - 1
MAX_DEPTH: Final = 32


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


def unsound(value: Any, depth: int = 0) -> list[str | int]:
    """The steps to the first part that `clean` refuses; a name that it refuses is not told."""
    steps: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        steps = list(value.items())
    elif isinstance(value, list):
        steps = list(enumerate(value))
    for step, part in steps if depth < MAX_DEPTH else []:
        try:
            clean(step)
        except PydanticCustomError:
            return []
        try:
            clean(part, depth + 1)
        except PydanticCustomError:
            return [step, *unsound(part, depth + 1)]
    return []


def _number(value: float) -> float:
    if not math.isfinite(value) or abs(value) > INT64_MAX:
        raise PydanticCustomError("number_out_of_range", "The number is out of range")
    return value
