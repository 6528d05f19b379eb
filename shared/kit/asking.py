"""Questions in an address: a door that names them all refuses a typo instead of ignoring it."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from fastapi import Request
from fastapi.dependencies.models import Dependant

from shared.kit.complaints import complaints
from shared.kit.problems import ValidationFailed
from shared.kit.visit import visit_of

_EVERYWHERE: Final = frozenset({"limit", "cursor"})
"""What every list may be asked, also one that is always short."""
_ALSO: Final = "__asks_also__"
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])


def asks_also(*beginnings: str) -> Callable[[_Endpoint], _Endpoint]:
    """Mark an endpoint that reads questions whose names no signature can list."""

    def mark(endpoint: _Endpoint) -> _Endpoint:
        setattr(endpoint, _ALSO, beginnings)
        return endpoint

    return mark


class Questions:
    """The names that one door knows."""

    def __init__(self, dependant: Dependant) -> None:
        self._names = _EVERYWHERE | _names(dependant)
        self._beginnings: tuple[str, ...] = getattr(dependant.call, _ALSO, ())

    def check(self, request: Request) -> None:
        """Refuse what nobody here asks about, by its name."""
        if not request.scope["query_string"]:
            return
        odd = [one for one in request.query_params if not self._knows(one)]
        if odd:
            errors = ({"type": "extra_forbidden", "loc": ("query", one)} for one in odd)
            raise ValidationFailed(errors=complaints(errors, visit_of(request.scope).locale))

    def _knows(self, name: str) -> bool:
        return name in self._names or name.startswith(self._beginnings)


def _names(dependant: Dependant) -> frozenset[str]:
    own = frozenset(one.alias for one in dependant.query_params)
    return own.union(*(_names(one) for one in dependant.dependencies))
