"""Requests that wait for each other anyway share a few connections; others keep theirs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fastapi import Depends, Request, params
from fastapi.dependencies.models import Dependant

from shared.kit.idempotency import Repeat

REPEAT: Final = "sanad.repeat"
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Lane:
    """Stands among a route's `dependencies`: all routes of one lane stand in one line."""

    name: str

    async def __call__(self) -> None:
        """Nothing to be done when the route is called: its door has read the name."""


def in_lane(name: str) -> list[params.Depends]:
    """The `dependencies=` of a route whose requests hold the same rows or the same lock."""
    return [Depends(Lane(name))]


def lane_of(dependant: Dependant) -> str | None:
    lanes: Iterable[object] = (one.call for one in dependant.dependencies)
    return next((one.name for one in lanes if isinstance(one, Lane)), None)


def about(request: Request, lane: str | None) -> str | None:
    """What it is to change: its lane's, the first thing that its path names, its key's effect."""
    if request.method in READING:
        return None
    if lane is not None:
        return lane
    named = next(iter(request.scope.get("path_params", {}).values()), None)
    if named is not None:
        return str(named).lower()
    repeat: Repeat | None = request.scope.get(REPEAT)
    return None if repeat is None or repeat.key is None else f"{repeat.principal} {repeat.key}"
