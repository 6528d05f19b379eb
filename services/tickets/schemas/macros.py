"""Macros as they are sent and answered, and requests that apply them."""

from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from services.tickets.schemas.inputs import Text
from services.tickets.schemas.outputs import PersonOut
from services.tickets.schemas.steps import (
    ActionIn,
    Actions,
    NamePair,
    Pair,
    Said,
    both,
    stored,
)
from shared.kit.model import Body, Instant, Out
from shared.vocabulary import Locale, Localized

MOST_TICKETS: Final = 500
Shared = Literal["private", "department", "all"]
Position = Annotated[int, Field(ge=0, le=100_000)]
_KEPT: Final = ("name", "public", "actions", "shared", "position", "active")


class MacroPatch(Body):
    """What may change; a field that is not sent stays as it is. `body: null` takes the text away.

    Texts may hold placeholders such as `{{ticket.number}}`, filled for each ticket.
    """

    name: NamePair | None = None
    body: Pair | None = None
    public: bool | None = None
    actions: Actions | None = None
    shared: Shared | None = None
    department_id: UUID | None = None
    position: Position | None = None
    active: bool | None = None

    @model_validator(mode="after")
    def _not_emptied(self) -> Self:
        for name in _KEPT:
            if name in self.model_fields_set and getattr(self, name) is None:
                raise PydanticCustomError("null", "This field cannot be emptied")
        return self

    def values(self) -> dict[str, Any]:
        """Columns of what was sent."""
        sent = self.model_fields_set
        plain = ("public", "shared", "department_id", "position", "active")
        values = {name: getattr(self, name) for name in plain if name in sent}
        if self.name is not None:
            values |= {f"name_{key}": text for key, text in self.name.both().items()}
        if "body" in sent:
            values |= {"body_ar": None, "body_en": None}
        if self.body is not None:
            values |= {f"body_{key}": text for key, text in self.body.both().items()}
        if self.actions is not None:
            values["actions"] = stored(self.actions)
        return values


class MacroIn(MacroPatch):
    """A macro; without actions a canned reply. `public: false` writes its text as a note."""

    name: NamePair
    public: bool = True
    actions: Actions = Field(default_factory=list)
    shared: Shared = "private"
    position: Position = 0
    active: bool = True

    def whole(self) -> dict[str, Any]:
        """All columns."""
        rest = {
            "public": self.public,
            "actions": stored(self.actions),
            "shared": self.shared,
            "department_id": self.department_id,
            "position": self.position,
            "active": self.active,
            "body_ar": None,
            "body_en": None,
        }
        return rest | self.values()


class PreviewIn(Body):
    """`locale` is the language of the text; without it the ticket's own."""

    ticket_id: UUID
    locale: Locale | None = None


class ApplyIn(Body):
    """`body` is the text as somebody edited it: it goes out as it stands."""

    macro_id: UUID
    body: Text | None = None


class TicketRef(Body):
    """A ticket in the version that the caller has seen; another one is refused (412)."""

    id: UUID
    version: Annotated[int, Field(ge=1)] | None = None


def _form(value: Any) -> str:
    """Named as `complaints` expects steps that no caller knows."""
    return "TicketRef" if isinstance(value, dict | TicketRef) else "uuid"


TicketId = Annotated[
    Annotated[UUID, Tag("uuid")] | Annotated[TicketRef, Tag("TicketRef")], Discriminator(_form)
]


class BulkIn(Body):
    """A macro or actions, or a message alone; a message takes the place of a macro's text."""

    ticket_ids: Annotated[list[TicketId], Field(min_length=1, max_length=MOST_TICKETS)]
    macro_id: UUID | None = None
    actions: Actions | None = None
    message: Said | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.macro_id is not None and self.actions is not None:
            raise PydanticCustomError("either_or", "Either a macro or actions")
        if self.macro_id is None and not self.actions and self.message is None:
            raise PydanticCustomError("nothing_to_do", "A macro, actions or a message is needed")
        return self

    def wanted(self) -> dict[UUID, int | None]:
        """The tickets, each once and in their order, with the versions that are believed in."""
        wanted: dict[UUID, int | None] = {}
        for one in self.ticket_ids:
            ref = one if isinstance(one, TicketRef) else TicketRef(id=one)
            wanted[ref.id] = wanted.get(ref.id) or ref.version
        return wanted

    def text(self) -> Localized | None:
        return None if self.message is None else both(self.message)


class MacroOut(Out):
    """`uses` counts tickets it was applied to; it follows within seconds."""

    id: UUID
    name: Localized
    body: Localized | None
    public: bool
    actions: list[ActionIn]
    shared: Shared
    department_id: UUID | None
    owner: PersonOut
    position: int
    active: bool
    uses: int
    version: int
    created_at: Instant
    updated_at: Instant


class MacroPage(Out):
    items: list[MacroOut]
    next_cursor: str | None


class ItemProblemOut(Out):
    """Why nothing was done; `step` says which action, `legal` what would be possible."""

    status: int
    code: str
    title: str
    detail: str
    step: str | None = None
    legal: list[str] | None = None


class EffectOut(Out):
    """What one step would do, in words of the reader; `changes` null: it is not reached."""

    do: str
    step: str
    macro_id: UUID | None
    text: str
    changes: bool | None
    body: str | None = None
    problem: ItemProblemOut | None = None


class PreviewOut(Out):
    """`missing` names placeholders without a value, `applicable` whether all steps are legal."""

    ticket_id: UUID
    macro_id: UUID
    locale: Locale
    public: bool
    body: str | None
    missing: list[str]
    actions: list[EffectOut]
    applicable: bool


class BulkItemOut(Out):
    """A ticket that nobody may see and one that does not exist are both refused with 404."""

    ticket_id: UUID
    number: str | None
    status: Literal["done", "unchanged", "refused"]
    problem: ItemProblemOut | None
    version: int | None


class BulkOut(Out):
    """One item for each ticket, in the order of the request."""

    items: list[BulkItemOut]
    done: int
    unchanged: int
    refused: int
