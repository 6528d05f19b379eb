"""What an upload's sender may announce, and how far it is (tus 1.0)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

MOST_PARTS: Final = 2000
"""So often a line may break, or a sender may trickle."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """A file to come; `pieces` = partial uploads that it is made of (concatenation)."""

    length: int
    name: str = "file"
    declared: str = ""
    partial: bool = False
    pieces: tuple[UUID, ...] = ()
    visitor: bytes | None = None
    """Which address announces it, at the form."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an upload is, and until when it waits for more."""

    id: UUID
    offset: int
    length: int
    expires_at: datetime
    name: str = "file"
    declared: str = ""
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the sender says of the bytes of one request."""

    algorithm: str
    digest: bytes
