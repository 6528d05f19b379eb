"""Actions of macros and of bulk requests: what each must say."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from services.tickets.schemas.inputs import Custom, Reason, Tags
from shared.kit.model import Body, Line, Prose
from shared.vocabulary import Localized, Priority

TEXT: Final = 50_000
MOST_ACTIONS: Final = 20

Told = Annotated[str, Prose(TEXT)]
SomeTags = Annotated[Tags, Field(min_length=1)]


class Pair(Body):
    """A text in both languages; the customer reads it in their own."""

    ar: Told
    en: Told

    def both(self) -> Localized:
        return {"ar": self.ar, "en": self.en}


class NamePair(Body):
    """A name in both languages."""

    ar: Annotated[str, Line(100)]
    en: Annotated[str, Line(100)]

    def both(self) -> Localized:
        return {"ar": self.ar, "en": self.en}


def _form(value: Any) -> str:
    """Named as `complaints` expects steps that no caller knows."""
    return "str" if isinstance(value, str) else "Pair"


Said = Annotated[Annotated[Told, Tag("str")] | Annotated[Pair, Tag("Pair")], Discriminator(_form)]
"""One text for everybody, or one for each language."""


class ResolveIn(Body):
    """`message` goes into the resolution mail; of an incident also into those of its reports.

    A pair is read by each customer in the language of their own ticket. `custom` changes the
    custom fields that it names first, as PATCH does; of this ticket only.
    """

    message: Said | None = None
    custom: Custom | None = None
    tell_reports: bool = False

    def words(self) -> str | Localized | None:
        return self.message.both() if isinstance(self.message, Pair) else self.message


def both(said: str | Pair) -> Localized:
    return said.both() if isinstance(said, Pair) else {"ar": said, "en": said}


class PriorityAction(Body):
    do: Literal["priority"]
    priority: Priority
    reason: Reason | None = None


def _who(value: Any) -> str:
    return "str" if isinstance(value, str) and value in {"me", "nobody"} else "uuid"


class AssignAction(Body):
    """To somebody, to whoever applies it (`me`), or to `nobody`."""

    do: Literal["assign"]
    to: Annotated[
        Annotated[Literal["me", "nobody"], Tag("str")] | Annotated[UUID, Tag("uuid")],
        Discriminator(_who),
    ]


class DepartmentAction(Body):
    do: Literal["department"]
    department_id: UUID
    reason: Reason | None = None


class AddTagsAction(Body):
    do: Literal["add_tags"]
    tags: SomeTags


class RemoveTagsAction(Body):
    do: Literal["remove_tags"]
    tags: SomeTags


class CustomAction(Body):
    """Custom fields by their keys; null empties one, what is not named stays."""

    do: Literal["custom"]
    values: Annotated[Custom, Field(min_length=1)]


class WaitAction(Body):
    do: Literal["wait"]
    waited_for: Annotated[Literal["customer", "third_party"], Field(alias="for")]
    reason: Reason | None = None


class ResolveAction(Body):
    """The text before it goes into the resolution mail."""

    do: Literal["resolve"]


class CloseAction(Body):
    do: Literal["close"]
    reason: Reason | None = None


class SpamAction(Body):
    do: Literal["spam"]
    reason: Reason | None = None


class NoteAction(Body):
    """An internal note; a pair is read in the language of whoever applies it."""

    do: Literal["note"]
    body: Said


class RunAction(Body):
    """All that another macro says and does, in this place."""

    do: Literal["run"]
    macro_id: UUID


_BY_WORD: Final[Mapping[str, str]] = {
    "priority": "PriorityAction",
    "assign": "AssignAction",
    "department": "DepartmentAction",
    "add_tags": "AddTagsAction",
    "remove_tags": "RemoveTagsAction",
    "custom": "CustomAction",
    "wait": "WaitAction",
    "resolve": "ResolveAction",
    "close": "CloseAction",
    "spam": "SpamAction",
    "note": "NoteAction",
    "run": "RunAction",
}


def _kind(value: Any) -> str | None:
    """Named as `complaints` expects steps that no caller knows."""
    word = value.get("do") if isinstance(value, dict) else getattr(value, "do", None)
    return _BY_WORD.get(word) if isinstance(word, str) else None


def _known(value: Any) -> Any:
    if _kind(value) is None:
        words = ", ".join(f"'{word}'" for word in _BY_WORD)
        raise PydanticCustomError("literal_error", "Unknown action", {"expected": words})
    return value


ActionIn = Annotated[
    Annotated[PriorityAction, Tag("PriorityAction")]
    | Annotated[AssignAction, Tag("AssignAction")]
    | Annotated[DepartmentAction, Tag("DepartmentAction")]
    | Annotated[AddTagsAction, Tag("AddTagsAction")]
    | Annotated[RemoveTagsAction, Tag("RemoveTagsAction")]
    | Annotated[CustomAction, Tag("CustomAction")]
    | Annotated[WaitAction, Tag("WaitAction")]
    | Annotated[ResolveAction, Tag("ResolveAction")]
    | Annotated[CloseAction, Tag("CloseAction")]
    | Annotated[SpamAction, Tag("SpamAction")]
    | Annotated[NoteAction, Tag("NoteAction")]
    | Annotated[RunAction, Tag("RunAction")],
    Discriminator(_kind),
    BeforeValidator(_known),
]
Actions = Annotated[list[ActionIn], Field(max_length=MOST_ACTIONS)]


def stored(actions: list[Any]) -> list[dict[str, Any]]:
    """As they are kept and answered: as they were sent, without what was left out."""
    return [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in actions]
