"""Bodies around tags."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.tickets.domain.tags import LONGEST, MOST_TAGS
from shared.kit.model import Body, Instant, Line, Out

Tag = Annotated[str, Line(LONGEST)]
Several = Annotated[list[Tag], Field(max_length=MOST_TAGS)]


class RetagIn(Body):
    """Single tags; all others stay as they are."""

    add: Several = Field(default_factory=list)
    remove: Several = Field(default_factory=list)


class RenameIn(Body):
    """`to` may be a tag that exists: then both become that one."""

    tag: Tag
    to: Tag


class TagOut(Out):
    tag: str
    count: int


class TagList(Out):
    items: list[TagOut]
    next_cursor: str | None = None


class TagJobOut(Out):
    """`changed` tickets so far; `finished_at` once no ticket bears the old name."""

    id: UUID
    from_tag: str
    to_tag: str
    changed: int
    created_at: Instant
    finished_at: Instant | None
