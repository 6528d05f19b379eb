"""The search index as administrators see it."""

from datetime import datetime

from shared.kit.model import Body, Out


class RebuildIn(Body):
    """A wish for a new index."""

    new_key: bool = False
    """Also under a new key: tokens of the old index cannot be compared with the new ones."""


class WaitingOut(Out):
    """What the index has yet to look at."""

    messages: int
    tickets: int
    errands: int


class BuildingOut(Out):
    """An index in the making."""

    generation: int
    key_version: int
    rules: int
    started_at: datetime
    done: int
    left: int


class IndexOut(Out):
    """How the index is."""

    generation: int
    key_version: int
    rules: int
    """The version of the rules by which it was made."""
    current_rules: int
    """Theirs of this release; where `rules` is less, a new index follows by itself."""
    built_at: datetime | None
    bytes: int
    waiting: WaitingOut
    lag_seconds: float
    building: BuildingOut | None
