"""Plain values of a body are taken as they are written; dates are texts that begin with a date."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from shared.kit.model import Body, Date, Instant


class Shade(StrEnum):
    DARK = "dark"


class Inner(Body):
    type: int | None = None


class Everything(Body):
    at: Instant | None = None
    raw: datetime | None = None
    days: list[date] = Field(default_factory=list)
    number: int = 0
    share: float = 0
    sure: bool = False
    shade: Shade = Shade.DARK
    id: UUID | None = None
    inner: dict[str, Inner] = Field(default_factory=dict)
    either: int | Inner = 0


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("at", 0, "datetime_parsing"),
        ("at", "0", "datetime_parsing"),
        ("at", 1735689600.5, "datetime_parsing"),
        ("raw", "1735689600", "datetime_parsing"),
        ("raw", True, "datetime_parsing"),
        ("days", [86400], "date_parsing"),
        ("days", ["2026-01-01T00:00:00Z"], "date_parsing"),
        ("number", "5", "int_type"),
        ("number", True, "int_type"),
        ("share", "0.5", "float_type"),
        ("share", False, "float_type"),
        ("sure", "yes", "bool_type"),
        ("sure", 1, "bool_type"),
        ("inner", {"a": {"type": "1"}}, "int_type"),
    ],
)
def test_what_does_not_look_like_it_is_not_taken_for_it(name: str, value: Any, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Everything.model_validate({name: value})
    assert [error["type"] for error in refused.value.errors()] == [code]


def test_what_looks_like_it_is_taken_as_before() -> None:
    found = Everything.model_validate(
        {
            "at": "2026-03-20T09:00:00+03:00",
            "raw": "2026-03-20 09:00",
            "days": ["2026-03-20"],
            "share": 1,
            "shade": "dark",
            "id": str(UUID(int=1)),
            "either": {"type": 1},
        }
    )
    assert found.at == datetime(2026, 3, 20, 6, tzinfo=UTC)
    assert (found.days, found.share, found.either) == ([date(2026, 3, 20)], 1, Inner(type=1))
    assert Everything.model_validate(found.model_dump()) == found, "as our own values too"
    assert Everything.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize("text", ["0", "86400", "2026-03-20T00:00:00Z", ""])
def test_an_address_says_a_date_as_a_date(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Date).validate_python(text)
    assert TypeAdapter(Date).validate_python("2026-03-20") == date(2026, 3, 20)
