"""Two plain documents compared field by field."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

ABSENT: Final = object()


@dataclass(frozen=True)
class Difference:
    """One place in which they differ; `ABSENT` where one side has nothing."""

    path: str
    old: Any
    new: Any


def differences(old: Any, new: Any, path: str = "") -> Iterator[Difference]:
    """Places in order; lists of equal length are compared item by item."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            place = f"{path}.{key}" if path else str(key)
            yield from differences(old.get(key, ABSENT), new.get(key, ABSENT), place)
    elif isinstance(old, list) and isinstance(new, list) and _alike(old, new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif isinstance(old, list) and isinstance(new, list):
        yield from _members(old, new, path)
    else:
        yield Difference(path, old, new)


def _alike(old: list[Any], new: list[Any]) -> bool:
    return len(old) == len(new) and all(isinstance(one, dict) for one in [*old, *new])


def _members(old: list[Any], new: list[Any], path: str) -> Iterator[Difference]:
    """What came and what went; where only the order changed, the whole list."""
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    if not gone and not come:
        yield Difference(path, old, new)
    for one in gone:
        yield Difference(f"{path}[]", one, ABSENT)
    for one in come:
        yield Difference(f"{path}[]", ABSENT, one)
