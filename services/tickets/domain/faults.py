"""What is wrong with one place of a body: a pointer, a code and what fills its sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.vocabulary import Localized


@dataclass(frozen=True, slots=True)
class Fault:
    """`gaps` are limits and labels of the definition, never what was sent."""

    pointer: str
    code: str
    gaps: Mapping[str, str | Localized] = field(default_factory=dict)


class Refused(Exception):
    """A rule says no, for all these reasons."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(one.code for one in faults))
        self.faults = tuple(faults)


def step(name: str) -> str:
    """One step of a JSON pointer; names come from callers: clamped and harmless."""
    plain = "".join(char for char in name[:64] if char.isprintable())
    return plain.replace("~", "~0").replace("/", "~1")
