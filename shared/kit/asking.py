"""Questions in an address: asked once, with an answer, and by a name that the door knows."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.kit.complaints import complaints
from shared.kit.problems import ValidationFailed
from shared.kit.visit import visit_of

_EVERYWHERE: Final = frozenset({"limit", "cursor"})
"""What every list may be asked, also one that is always short."""
_FROM_THE_START: Final = frozenset({"after", "prefix"})
"""With nothing before it a feed is read from the beginning; every word begins with nothing."""
_ALSO: Final = "__asks_also__"
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])


def asks_also(*beginnings: str) -> Callable[[_Endpoint], _Endpoint]:
    """Mark an endpoint that reads questions whose names no signature can list."""

    def mark(endpoint: _Endpoint) -> _Endpoint:
        setattr(endpoint, _ALSO, beginnings)
        return endpoint

    return mark


class Questions:
    """The names that one door knows, and which of them may stand there more than once.

    `open`: a public page's address may carry what others put there, as long as ours is answered.
    """

    def __init__(self, dependant: Dependant, *, open_: bool = False) -> None:
        fields = dict(_asked(dependant))
        asked = {name: one.annotation for name, one in fields.items()}
        self._may_be_empty = _FROM_THE_START.union(
            name for name, one in fields.items() if _is_flag(one)
        )
        self._open = open_
        self._names = {*asked, *(_EVERYWHERE if _FROM_THE_START.isdisjoint(asked) else ())}
        self._single = self._names - {name for name, kind in asked.items() if _is_list(kind)}
        self._beginnings: tuple[str, ...] = getattr(dependant.call, _ALSO, ())

    def check(self, request: Request) -> None:
        """Refuse by name what nobody here asks, and a question with no answer or with two."""
        if not request.scope["query_string"]:
            return
        errors = [*self._errors(request.query_params.multi_items())]
        if errors:
            raise ValidationFailed(errors=complaints(errors, visit_of(request.scope).locale))

    def _errors(self, asked: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
        blank = {name for name, answer in asked if not answer.strip()} - self._may_be_empty
        for name, times in Counter(name for name, _ in asked).items():
            known = self._knows(name)
            if not (known or self._open):
                yield {"type": "extra_forbidden", "loc": ("query", name)}
            elif times > 1 and name in self._single and not self._open:
                yield {"type": "repeated", "loc": ("query", name)}
            elif known and name in blank:
                yield {"type": "empty", "loc": ("query", name)}

    def _knows(self, name: str) -> bool:
        return name in self._names or name.startswith(self._beginnings)


def _asked(dependant: Dependant) -> Iterator[tuple[str, FieldInfo]]:
    """Names with what may be answered; a model of questions stands for its fields."""
    for one in dependant.query_params:
        kind = one.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            for name, field in kind.model_fields.items():
                yield field.alias or name, field
        else:
            yield one.alias, one.field_info
    for part in dependant.dependencies:
        yield from _asked(part)


def _is_flag(field: FieldInfo) -> bool:
    """Whether the bare name says something."""
    patterns = (getattr(part, "pattern", None) for part in field.metadata)
    return any(one and re.fullmatch(one, "") for one in patterns)


def _is_list(kind: Any) -> bool:
    return get_origin(kind) in {list, set, tuple} or any(map(_is_list, get_args(kind)))
