"""The life of a signing key: published before it signs, kept until its last token is dead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class KeyState(StrEnum):
    """Where a key stands; the public half of all three is published."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class KeyLife:
    """A key without its secret. `not_before` says from when on it may sign."""

    kid: str
    state: KeyState
    not_before: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """How long a token lives, and how long a key signs."""

    token_life: timedelta = timedelta(minutes=10)
    slack: timedelta = timedelta(minutes=5)
    period: timedelta = timedelta(days=30)

    @property
    def notice(self) -> timedelta:
        """How long every verifier has to learn a key before it signs (reliability.md T28)."""
        return self.token_life + self.slack


@dataclass(frozen=True, slots=True)
class Create:
    """Make a key in this state."""

    state: KeyState
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Promote:
    """`kid` signs from now on; `former` only verifies."""

    kid: str
    former: str


@dataclass(frozen=True, slots=True)
class Drop:
    """The last token under `kid` is dead: a token that still names it is forged."""

    kid: str


Step = Create | Promote | Drop


def next_steps(keys: Sequence[KeyLife], now: datetime, rules: Rotation) -> list[Step]:
    """What must be done with the keys now; an empty list most of the time."""
    active = _one(keys, KeyState.ACTIVE)
    if active is None:
        return [Create(KeyState.ACTIVE, now)]  # nobody has a key yet, so nobody needs notice
    steps: list[Step] = [Drop(key.kid) for key in keys if _spent(key, now, rules)]
    coming = _one(keys, KeyState.NEXT)
    if coming is None:
        if now >= active.not_before + rules.period - rules.notice:
            steps.append(Create(KeyState.NEXT, now + rules.notice))
    elif now >= coming.not_before:
        steps.append(Promote(coming.kid, active.kid))
    return steps


def _one(keys: Sequence[KeyLife], state: KeyState) -> KeyLife | None:
    return next((key for key in keys if key.state is state), None)


def _spent(key: KeyLife, now: datetime, rules: Rotation) -> bool:
    # The slack covers a replica that signs with its cached key until it hears of the promotion.
    return key.retired_at is not None and now >= key.retired_at + rules.notice
