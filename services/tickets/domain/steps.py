"""Steps of a macro, and how macros that run others unfold into one row of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from shared.vocabulary import Localized, Priority

DEEPEST: Final = 5
"""So many macros may run one inside the other."""
MOST_STEPS: Final = 50
"""So many steps may a macro have, with all that it runs."""


@dataclass(frozen=True, slots=True)
class Say:
    """Write to the customer, or with `public` false among ourselves; `literal` has no gaps."""

    text: Localized
    public: bool = True
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """An internal note."""

    text: Localized


@dataclass(frozen=True, slots=True)
class SetPriority:
    priority: Priority
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Assign:
    to: UUID | Literal["me", "nobody"]


@dataclass(frozen=True, slots=True)
class MoveTo:
    department_id: UUID
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AddTags:
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveTags:
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetCustom:
    """Other values of custom fields; null empties one, the rest stay."""

    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wait:
    waited_for: Literal["customer", "third_party"]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Resolve:
    """The last text before it goes into the resolution mail."""


@dataclass(frozen=True, slots=True)
class Close:
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Spam:
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """All that another macro does, in this place."""

    macro_id: UUID


Step = (
    Say
    | Note
    | SetPriority
    | Assign
    | MoveTo
    | AddTags
    | RemoveTags
    | SetCustom
    | Wait
    | Resolve
    | Close
    | Spam
    | Run
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A step that changes something, and where it is written: its macro, if any, and its place."""

    step: Step
    pointer: str
    macro_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """A macro as the rules see it; without an id what was sent as bare actions."""

    id: UUID | None
    name: Localized
    text: Localized | None
    public: bool
    steps: tuple[Step, ...]

    @property
    def runs(self) -> tuple[UUID, ...]:
        """The macros that it runs."""
        return tuple(step.macro_id for step in self.steps if isinstance(step, Run))


class Unfit(Exception):
    """A macro that cannot be played."""


class Loop(Unfit):
    """A macro that would run itself; `path` begins and ends with it."""

    def __init__(self, path: Sequence[UUID]) -> None:
        super().__init__(len(path))
        self.path = tuple(path)


class Missing(Unfit):
    """It runs one that is not there, or not for this caller."""

    def __init__(self, macro_id: UUID, pointer: str) -> None:
        super().__init__(pointer)
        self.macro_id = macro_id
        self.pointer = pointer


class TooDeep(Unfit):
    """Macros inside macros beyond any need."""


class TooLong(Unfit):
    """More steps than anybody could follow."""


def unfold(root: Recipe, known: Mapping[UUID, Recipe]) -> tuple[Placed, ...]:
    """Every step in its order, with those of the macros that it runs in their places; or Unfit."""
    loop = find_loop(root, known)
    if loop is not None:
        raise Loop(loop)
    found = []
    for placed in _unfolded(root, known, 1):
        found.append(placed)
        if len(found) > MOST_STEPS:
            raise TooLong
    return tuple(found)


def find_loop(root: Recipe, known: Mapping[UUID, Recipe]) -> tuple[UUID, ...] | None:
    """A circle among the macros that can be reached from this one."""
    by_id = known if root.id is None else {**known, root.id: root}
    path: dict[UUID, Iterator[UUID]] = {}
    done: set[UUID] = set()
    for start in (root.id,) if root.id is not None else root.runs:
        path[start] = iter(_runs(by_id, start))
        while path:
            here, following = next(reversed(path.items()))
            step = next(following, None)
            if step is None:
                done.add(here)
                del path[here]
            elif step in path:
                places = list(path)
                return (*places[places.index(step) :], step)
            elif step not in done:
                path[step] = iter(_runs(by_id, step))
    return None


def _runs(by_id: Mapping[UUID, Recipe], macro_id: UUID) -> tuple[UUID, ...]:
    found = by_id.get(macro_id)
    return found.runs if found else ()


def _unfolded(recipe: Recipe, known: Mapping[UUID, Recipe], depth: int) -> Iterator[Placed]:
    if depth > DEEPEST:
        raise TooDeep
    if recipe.text is not None:
        yield Placed(Say(recipe.text, recipe.public), "/body", recipe.id)
    for index, step in enumerate(recipe.steps):
        pointer = f"/actions/{index}"
        if not isinstance(step, Run):
            yield Placed(step, pointer, recipe.id)
            continue
        inner = known.get(step.macro_id)
        if inner is None:
            raise Missing(step.macro_id, f"{pointer}/macro_id")
        yield from _unfolded(inner, known, depth + 1)
