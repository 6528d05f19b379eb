"""Timers of the house: asked for by any service, fired by its one clock (decisions.md 4)."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.base import Fact, Instant


class Delay(BaseModel):
    """A wait in business terms: counted seconds or business days, exactly one of them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    seconds: int | None = None
    business_days: int | None = None


class TimerFact(Fact):
    """Common to timer facts; the key is unique in the house and orders its facts."""

    SUBJECT = "key"
    key: str
    owner: str


class TimerRequested(TimerFact):
    """Wake me: at `due_at`, or `after` from `start_at` on the resolution calendar of `ticket_id`.

    Asking again with the same key moves the timer. `owner` is the service that will act.
    """

    TYPE = "timer.requested.v1"
    ticket_id: UUID
    start_at: Instant
    due_at: Instant | None = None
    after: Delay | None = None


class TimerCancelled(TimerFact):
    """The owner no longer wants the timer."""

    TYPE = "timer.cancelled.v1"


class TimerFired(TimerFact):
    """The instant has come; stated exactly once for each due instant of a key."""

    TYPE = "timer.fired.v1"
    ticket_id: UUID
    due_at: Instant
    fired_at: Instant
