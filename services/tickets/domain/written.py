"""Actions as they are written down, read back as the steps that they mean."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from services.tickets.domain import steps
from services.tickets.domain.steps import Step
from shared.vocabulary import Localized, Priority

Action = Mapping[str, Any]
_READ: Final[Mapping[str, Callable[[Action], Step]]] = {
    "priority": lambda one: steps.SetPriority(Priority(one["priority"]), one.get("reason")),
    "assign": lambda one: steps.Assign(_who(one["to"])),
    "department": lambda one: steps.MoveTo(UUID(one["department_id"]), one.get("reason")),
    "add_tags": lambda one: steps.AddTags(tuple(one["tags"])),
    "remove_tags": lambda one: steps.RemoveTags(tuple(one["tags"])),
    "custom": lambda one: steps.SetCustom(one["values"]),
    "wait": lambda one: steps.Wait(one["for"], one.get("reason")),
    "resolve": lambda _: steps.Resolve(),
    "close": lambda one: steps.Close(one.get("reason")),
    "spam": lambda one: steps.Spam(one.get("reason")),
    "note": lambda one: steps.Note(_both(one["body"])),
    "run": lambda one: steps.Run(UUID(one["macro_id"])),
}
WORDS: Final = frozenset(_READ)


def steps_of(actions: Iterable[Action]) -> tuple[Step, ...]:
    """The steps that checked actions mean."""
    return tuple(_READ[action["do"]](action) for action in actions)


def _who(to: str) -> Any:
    return to if to in {"me", "nobody"} else UUID(to)


def _both(body: str | Localized) -> Localized:
    return Localized(ar=body, en=body) if isinstance(body, str) else body
