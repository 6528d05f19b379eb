"""What may be wrong with the question for a list."""

from typing import Final

from shared.kit.problem import FieldError
from shared.kit.problems import ValidationFailed
from shared.vocabulary import Localized

RELEVANCE_OF_WORDS: Final = Localized(
    ar="لا ترتيب بالصلة (\u2068relevance\u2069) من غير كلمات بحث في \u2068q\u2069.",
    en="Only what q finds can be sorted by relevance; say q, or choose another order.",
)


def inside(failure: ValidationFailed) -> ValidationFailed:
    """A complaint about a question of the address, of a body that keeps the same question."""
    told = [one.model_copy(update={"pointer": _kept(one)}) for one in failure.errors]
    return ValidationFailed(errors=told, **failure.params)


def _kept(one: FieldError) -> str:
    return "#/filters/" + one.pointer.removeprefix("?").replace("custom.", "custom/", 1)
