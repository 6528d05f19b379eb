"""What a store of sealed contents promises, and how contents are named.

Names are `<day>/<id>` of a UUIDv7 and never used twice: what nobody needs after a day was never
needed, and may be dropped without asking who is just writing it.
"""

from collections.abc import AsyncIterable, AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from shared.kit.problems import Unavailable

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class StoreAway(Unavailable):
    """The store does not answer, refuses or is full: nothing was kept, try again."""


class Objects(Protocol):
    """A store of contents: whole or absent, safe once `put` has returned."""

    async def put(self, name: str, content: AsyncIterable[bytes]) -> None: ...

    def read(self, name: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """All of it, or a span; FileNotFoundError for what is not there."""
        ...

    async def drop(self, name: str) -> None:
        """Nothing happens for what is not there."""

    async def days(self) -> list[str]: ...

    def names(self, day: str) -> AsyncIterator[str]: ...

    async def tidy(self, seconds: float) -> None:
        """Remove halves of contents whose writer died so long ago."""


def name_of(object_id: UUID) -> str:
    """Where the content of this id lies."""
    return f"{made_at(object_id):%Y-%m-%d}/{object_id}"


def made_at(object_id: UUID) -> datetime:
    """The instant inside a UUIDv7."""
    return _EPOCH + timedelta(milliseconds=object_id.int >> 80)


def id_of(name: str) -> UUID | None:
    """The id in a name of ours; None for what somebody else has put there."""
    try:
        object_id = UUID(name.rpartition("/")[2])
        return object_id if name_of(object_id) == name else None
    except (ValueError, OverflowError):
        return None
