"""Names hold nothing that turns the words after them."""

import pytest
from pydantic import TypeAdapter, ValidationError

from services.gateway.schemas.fields import Bilingual, Name

_NAME: TypeAdapter[str] = TypeAdapter(Name)


@pytest.mark.parametrize("mark", [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])
def test_a_name_cannot_turn_the_line_it_stands_in(mark: str) -> None:
    assert _NAME.validate_python(f"Sara{mark} Ali{mark}") == "Sara Ali"
    assert Bilingual(ar=f"{mark}سارة", en="Sara").ar == "سارة"
    with pytest.raises(ValidationError):
        _NAME.validate_python(f" {mark} ")


def test_marks_that_only_join_and_part_letters_stay() -> None:
    assert _NAME.validate_python("می\u200cخواهم\u200f") == "می\u200cخواهم\u200f"
