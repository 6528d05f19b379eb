"""Filters of a list of tickets, the same in an address and in a saved view."""

from collections.abc import Callable
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from services.tickets.domain.listing import Filters, SlaState
from services.tickets.domain.querywords import priority, statuses
from services.tickets.domain.views import pairs
from shared.kit.model import Body, Instant, Line
from shared.vocabulary import Channel, Priority, Status

_MOST = 20
_LONGEST_WORD = 40


def _split(values: Any) -> Any:
    """`?status=new,open` says the same as `?status=new&status=open`."""
    several = values if isinstance(values, list) else [values]
    parts: list[Any] = []
    for value in several:
        parts += _between_commas(value) if isinstance(value, str) else [value]
    return None if parts == [None] else parts


def _between_commas(text: str) -> list[str]:
    """Commas alone would narrow by nothing: what was asked and answered by none is refused."""
    found = [part for part in text.split(",") if part.strip()]
    if not found:
        raise PydanticCustomError("blank", "The text must not be blank")
    return found


def _worded(read: Callable[[str], tuple[Any, ...]]) -> BeforeValidator:
    """`?priority=urgent` says the same as `?priority=P1`; what nobody knows is left to refuse."""

    def words(values: Any) -> Any:
        if not isinstance(values, list):
            return values
        return [found for one in values for found in (_read(one, read) or (one,))]

    return BeforeValidator(words)


def _read(value: Any, read: Callable[[str], tuple[Any, ...]]) -> tuple[Any, ...]:
    return read(value) if isinstance(value, str) and len(value) <= _LONGEST_WORD else ()


def _priorities(word: str) -> tuple[Priority, ...]:
    found = priority(word)
    return () if found is None else (found,)


def _listed(value: Any) -> Any:
    """One value, or several of which any is right; a comma may well belong to a value."""
    return value if isinstance(value, list) else [value]


def _distinct(values: list[Any] | None) -> list[Any] | None:
    return None if values is None else list(dict.fromkeys(values))


_SEVERAL = (BeforeValidator(_split), AfterValidator(_distinct))
_FEW = Field(max_length=_MOST)

Statuses = Annotated[list[Status] | None, _FEW, _worded(statuses), *_SEVERAL]
Priorities = Annotated[list[Priority] | None, _FEW, _worded(_priorities), *_SEVERAL]
Channels = Annotated[list[Channel] | None, _FEW, *_SEVERAL]
TagsOf = Annotated[list[Annotated[str, Line(50)]] | None, _FEW, *_SEVERAL]
Department = UUID | Literal["mine"] | None
Assignee = UUID | Literal["me", "none"] | None
Answer = Literal["pending", "denied"] | None
Level = Annotated[int | None, Field(ge=0, le=100)]
Words = Annotated[str, Line(200)] | None
CustomKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}(\.(from|to))?$")]
CustomValue = Annotated[str, Line(200)]
CustomValues = Annotated[list[CustomValue], _FEW, Field(min_length=1), BeforeValidator(_listed)]
Custom = Annotated[dict[CustomKey, CustomValues], Field(max_length=10)]
_ALTERNATIVES = ("status", "priority", "channel", "tag")


class FiltersIn(Body):
    """Filters as a saved view keeps them; each means what it means in `GET /v1/tickets`."""

    status: Statuses = None
    priority: Priorities = None
    channel: Channels = None
    tag: TagsOf = None
    department_id: Department = None
    assignee_id: Assignee = None
    unassigned: bool | None = None
    organization_id: UUID | None = None
    requester_id: UUID | None = None
    requester_answer: Answer = None
    sla_state: SlaState | None = None
    escalation_level: Level = None
    waiting_since: Instant | None = None
    created_from: Instant | None = None
    created_to: Instant | None = None
    updated_from: Instant | None = None
    updated_to: Instant | None = None
    due_before: Instant | None = None
    custom: Custom = Field(default_factory=dict)
    q: Words = None

    def value(self) -> Filters:
        return filters_of({name: getattr(self, name) for name in type(self).model_fields})

    def kept(self) -> dict[str, Any]:
        """As JSON, without what was not asked for."""
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


def filters_of(values: dict[str, Any]) -> Filters:
    """The rules' filters, from whichever door the values came."""
    several = {name: tuple(values.get(name) or ()) for name in _ALTERNATIVES}
    custom = tuple(pairs(values.get("custom") or {}))
    return Filters(**{**values, **several, "custom": custom})
